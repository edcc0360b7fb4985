import { expect, test } from "bun:test";
import { Daemon, makeSession, repl } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

test("what a template's capabilities give its sessions", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({ db: folder.join("vm.db") });
  const { templateId } = await makeSession(daemon, folder.path);
  const add = async (kind: string, name: string, config: object = {}, enabled = true) => {
    const body = { kind, name, config, enabled };
    const added = await daemon.json("POST", `/templates/${templateId}/capabilities`, body);
    expect(added.status).toBe(201);
  };
  const sees = async (input: string) => {
    const { body } = await daemon.json<{ id: string }>("POST", "/sessions", {
      template_id: templateId,
      workspace_id: "w",
      base_commit_oid: "0",
      worktree_path: folder.path,
    });
    const { result, error } = (await repl(daemon, body.id, input)).body;
    return error?.message ?? result?.json;
  };
  const write = "require('fs').writeFileSync('x', 'y'); 'written'";

  await add("module", "fs", {}, false);
  expect(await sees(write)).toContain("Invalid module 'fs'");
  // As the list of modules takes it.
  await add("module", " FS ");
  expect(await sees(write)).toBe("written");
  await add("fs", "worktree", { read_only: true });
  expect(await sees(write)).toContain("EROFS");
  expect(await sees("require('fs').readFileSync('x')")).toBe("y");

  await add("global", "limits", { value: { rows: [1, 2] } });
  await add("global", "nothing");
  await add("env", "STAGE", { value: "test" });
  await add("env", "OFF", { value: "test" }, false);
  expect(await sees("[limits.rows, typeof nothing, __ENV__]")).toEqual([
    [1, 2],
    "undefined",
    { STAGE: "test" },
  ]);
  await add("module", "no-such-module");
  expect(await sees("1")).toBe(1);
}, 30_000);
