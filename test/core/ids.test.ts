import { expect, test } from "bun:test";
import { VmError } from "../../src/core/errors.ts";
import { parseId } from "../../src/core/ids.ts";

const refused = (name: string) => {
  try {
    return parseId(name, "tour");
  } catch (error) {
    return error as VmError;
  }
};

test.each([
  ["template", "`vm-system template list`"],
  ["session", "`vm-system session list`"],
  ["execution", "`vm-system exec list SESSION`"],
  ["checkpoint", "`vm-system session checkpoints SESSION`"],
])("who gives a name for the id of a %s is told what lists them", (name, command) => {
  expect(refused(name)).toMatchObject({
    code: "VALIDATION_ERROR",
    message: `${name}_id must be a valid UUID`,
    hint: `Give a whole ID; ${command} shows them.`,
  });
});

test("the id of something that no command lists has the hint of any field", () => {
  const other = refused("capability");
  expect(other).toMatchObject({ hint: new VmError("VALIDATION_ERROR").hint });
});
