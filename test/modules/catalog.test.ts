import { expect, test } from "bun:test";
import { MODULE_CATALOG } from "../../src/modules/catalog.ts";
import { createModule } from "../../src/modules/create-module.ts";

test("the catalog tells of the functions that there are", () => {
  const context = {
    worktreePath: "/",
    readOnly: true,
    memoryBytesMax: 1,
    assertRoom() {},
    remainingMs: () => 1,
  };
  expect(createModule("net", context)).toBeUndefined();
  const modules = MODULE_CATALOG.map(({ name }) => createModule(name, context)!);
  expect(modules.map(({ name }) => name)).toEqual(MODULE_CATALOG.map(({ name }) => name));
  for (const { name, functions } of modules) {
    const row = MODULE_CATALOG.find((entry) => entry.name === name);
    expect(row?.functions.toSorted()).toEqual(functions.toSorted());
  }
});
