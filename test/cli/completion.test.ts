import { expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { tempFolder } from "../harness/temp-folder.ts";
import { execution, fakeApi, ID, OTHER_ID, type Seen, session, template } from "./fake-api.ts";
import { ENTRY, runCli } from "./run-cli.ts";

async function complete(words: readonly string[], env: Record<string, string> = {}) {
  const { stdout, stderr, exitCode } = await runCli(["__complete", "--", ...words], { env });
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\t")[0]);
}

test("commands, subcommands, flags and values are offered", async () => {
  expect(await complete(["te"])).toEqual(["template"]);
  expect(await complete(["session", "c"])).toEqual(["create", "checkpoints", "close"]);
  expect(await complete(["session", "export", "--h"])).toEqual(["--history", "--help"]);
  expect(await complete(["exec", "events", "--f"])).toEqual(["--follow"]);
  expect(await complete(["session", "list", "--status", "cl"])).toEqual(["closed"]);
  expect(await complete(["--log-level=w"])).toEqual(["--log-level=warn"]);
  expect(await complete(["--log-level", "=", "w"])).toEqual(["warn"]);
  expect(await complete(["--log-format", "="])).toEqual(["text", "json"]);
  expect(await complete(["help", "arch"])).toEqual(["architecture"]);
  expect(await complete(["completion", ""])).toEqual(["bash", "zsh", "fish"]);
  expect(await complete(["template", "add-module", ID, "--name", ""])).toEqual([
    "fs",
    "exec",
    "database",
  ]);
  expect(await complete(["template", "remove-library", ID, "--name=r"])).toEqual(["--name=ramda"]);
  expect(await complete(["template", "create", "--engine", ""])).toEqual(["quickjs"]);
  expect(await complete(["template", "add-startup", ID, "--mode", ""])).toEqual(["eval"]);
  expect(await complete(["nonsense", ""])).toEqual([]);
});

test("IDs come from the daemon; without one nothing is offered", async () => {
  using api = fakeApi({ "GET /templates": [template], "GET /sessions": [session] });
  const env = { VM_SYSTEM_SERVER_URL: api.url };
  expect(await complete(["template", "get", ""], env)).toEqual([ID]);
  expect(await complete(["session", "create", "--template-id", ""], env)).toEqual([ID]);
  expect(await complete(["exec", "repl", ID.slice(0, 4)], env)).toEqual([ID]);
  expect(await complete(["--server-url", api.url, "session", "get", ""])).toEqual([ID]);
  expect(await complete(["--server-url", "http://127.0.0.1:1", "session", "get", ""])).toEqual([]);
});

test("executions and labels are those of the session that the line names, else of the newest", async () => {
  const created_at = "2026-11-20T12:00:00.000Z";
  using api = fakeApi({
    [`GET /sessions/${OTHER_ID}/checkpoints`]: ["data", "two words", undefined].map((label) => ({
      label,
      created_at,
    })),
    "GET /sessions": [session],
    "GET /executions": ({ route }: Seen) => [
      { ...execution, id: route.includes(OTHER_ID) ? OTHER_ID : ID, input: "a\t\x1b[2J" },
    ],
  });
  const env = { VM_SYSTEM_SERVER_URL: api.url };
  const rewind = await complete(["session", "rewind", OTHER_ID, "--to", ""], env);
  expect(rewind).toEqual(["data", OTHER_ID]);
  expect(await complete(["session", "label", OTHER_ID, ""], env)).toEqual([OTHER_ID]);
  expect(await complete(["exec", "get", ""], env)).toEqual([ID]);
  expect(await complete(["exec", "repl", OTHER_ID, "1", "--at", "da"], env)).toEqual(["data"]);
  const { stdout } = await runCli(["__complete", "--", "exec", "get", ""], { env });
  expect(stdout).toBe(`${ID}\tok a \\u001b[2J\n`);
});

test("the bash script completes in a real bash", async () => {
  using folder = tempFolder();
  const program = folder.join("vm-system");
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${ENTRY}' "$@"\n`);
  chmodSync(program, 0o755);
  const script = `
source <(vm-system completion bash)
COMP_WORDS=(vm-system template list-av); COMP_CWORD=2
_vm_system
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const bash = Bun.spawn(["bash", "-c", script], {
    env: { PATH: `${folder.path}:${process.env.PATH}` },
    stdout: "pipe",
  });
  expect(await bash.stdout.text()).toBe("list-available-modules\nlist-available-libraries\n");
});

test.each(["bash", "zsh", "fish"])("the %s script is printed, and as JSON", async (shell) => {
  const { stdout } = await runCli(["completion", shell]);
  expect(stdout).toContain("__complete -- ");
  const asJson = await runCli(["completion", shell, "--json"]);
  expect(JSON.parse(asJson.stdout)).toMatchObject({ shell });
});
