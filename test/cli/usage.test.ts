import { expect, test } from "bun:test";
import { fakeApi } from "./fake-api.ts";
import { runCli } from "./run-cli.ts";

const REFUSED: readonly [string, readonly string[], string][] = [
  ["no command", [], "Error: vm-system needs a command: serve, run, repl, template"],
  ["an unknown command", ["tempalte", "list"], "Did you mean `vm-system template`?"],
  ["an unknown subcommand", ["exec", "rpel"], "Did you mean `vm-system exec repl`?"],
  ["a group alone", ["session"], "Error: session needs a command: create, list, get, checkpoints,"],
  ["a subcommand without its group", ["rewind", "x"], "Did you mean `vm-system session rewind`?"],
  [
    "a subcommand that several groups have",
    ["create"],
    "Did you mean `vm-system template create` or `vm-system session create`?",
  ],
  ["an unknown flag", ["template", "create", "--nmae", "x"], "Did you mean --name?"],
  ["an unknown flag before the command", ["--jsn", "version"], "Did you mean --json?"],
  ["a flag of another command", ["session", "list", "--name", "x"], "unknown flag --name"],
  ["a flag without its value", ["template", "create", "--name"], "--name needs a value"],
  [
    "a flag in place of a value",
    ["template", "create", "--name", "--engine", "x"],
    "Write --name=--engine if that is the value you mean.",
  ],
  ["a flag twice", ["template", "create", "--name", "a", "--name", "b"], "--name is given twice"],
  ["a value for a switch", ["version", "--json=yes"], "--json is a switch"],
  ["a missing flag", ["template", "create"], "Error: template create needs --name"],
  [
    "a value where its flag is missing",
    ["template", "add-module", "x", "fs"],
    "Usage: vm-system template add-module ID --name NAME. See",
  ],
  ["a command half written", ["help", "exec", "rep"], "Did you mean `vm-system help exec repl`?"],
  ["a command for a topic", ["help", "sesion"], "Did you mean `vm-system help session`?"],
  [
    "several missing",
    ["session", "create", "--template-id", "x"],
    "session create needs --workspace-id, --base-commit, --worktree-path",
  ],
  ["missing arguments", ["exec", "repl"], "Error: exec repl needs SESSION, CODE"],
  ["an argument too many", ["template", "get", "a", "b"], 'unexpected argument "b"'],
  ["an empty ID", ["template", "get", ""], "Error: ID is empty"],
  ["no number", ["exec", "list", "x", "--limit", "ten"], '--limit: "ten" is not a whole number'],
  ["a number out of bounds", ["exec", "list", "x", "--limit", "0"], "from 1 to 1000"],
  ["a negative number", ["exec", "events", "x", "--after-seq", "-1"], "of at least 0"],
  [
    "no JSON",
    ["exec", "run-file", "s", "f", "--args", "{a}"],
    '--args: "{a}" is not a JSON object',
  ],
  [
    "JSON that says one thing twice",
    ["exec", "run-file", "s", "f", "--args", '{"a": 1, "b": {"a": 2, "c": 3, "c": 4}}'],
    "--args: /c is given twice",
  ],
  ["JSON of another kind", ["exec", "run-file", "s", "f", "--env", "[1]"], "is not a JSON object"],
  ["a word outside of a choice", ["session", "list", "--status", "redy"], "Did you mean ready?"],
  ["an unknown shell", ["completion", "bsh"], "Did you mean bash?"],
  ["an unknown topic", ["help", "exmples"], "Did you mean `vm-system help examples`?"],
  ["a URL that is none", ["ops", "health", "--server-url", "localhost:1"], "is not an http"],
  ...["--db", "--worktree", "--from", "--save", "--cache-dir"].map(
    (flag): [string, string[], string] => [
      `an empty ${flag}`,
      ["run", "-e", "1", flag, ""],
      `${flag} is empty`,
    ],
  ),
  ["a dash where no argument can be", ["exec", "-x"], "See `vm-system exec --help`."],
  ["a dash without --", ["exec", "repl", "s", "-x"], "Write `--` before an argument"],
  ["nothing to change", ["template", "update", "x"], "template update: nothing to change"],
];

for (const [what, words, text] of REFUSED) {
  test.concurrent(`${what} is refused on stderr with exit code 2`, async () => {
    const { stdout, stderr, exitCode } = await runCli(words);
    expect(stderr).toContain(text);
    expect(stderr).toStartWith("Error: ");
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
  });
}

test("a bad VM_SYSTEM_SERVER_URL names the variable", async () => {
  const { stderr, exitCode } = await runCli(["ops", "health"], {
    env: { VM_SYSTEM_SERVER_URL: "nonsense" },
  });
  expect(stderr).toContain('VM_SYSTEM_SERVER_URL: "nonsense" is not an http or https URL');
  expect(exitCode).toBe(2);
});

test("with --json a refusal is an envelope", async () => {
  const { stdout, stderr, exitCode } = await runCli(["templte", "--json"]);
  expect(JSON.parse(stderr)).toEqual({
    error: {
      code: "USAGE",
      message: 'unknown command "templte"',
      hint: "Did you mean `vm-system template`?",
    },
  });
  expect(stdout).toBe("");
  expect(exitCode).toBe(2);
});

test("a switch that is given as off is off, wherever it stands", async () => {
  const off = ["--json=false", "--help=false", "--version=false"];
  expect((await runCli(["version", ...off])).stdout).toBe("vm-system 0.1.0\n");
  expect((await runCli(["version", "--json", "--json=false"])).stdout).toBe("vm-system 0.1.0\n");
  expect((await runCli(["version", "--json=true"])).stdout).toBe('{"version":"0.1.0"}\n');
  expect((await runCli(["templte", "--json=true"])).stderr).toStartWith('{"error":');
  expect((await runCli(["templte", "--json=false"])).stderr).toStartWith("Error: ");
});

test("--help shows a command's usage on stdout, from anywhere in the line", async () => {
  for (const words of [
    ["--help", "template", "create"],
    ["template", "create", "-h"],
  ]) {
    const { stdout, stderr, exitCode } = await runCli(words);
    expect(stdout).toContain("Usage: vm-system template create --name NAME [flags]");
    expect(stdout).toContain("--wall-ms N");
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  }
});

test("with --json a usage is JSON too", async () => {
  for (const words of [
    ["help", "exec", "repl"],
    ["exec", "repl", "--help"],
  ]) {
    const { stdout } = await runCli([...words, "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      command: "exec repl",
      usage: expect.stringMatching(/^Run a snippet in a session\./),
    });
  }
});

test("the version is printed by command and by flag", async () => {
  for (const words of [["version"], ["--version"], ["-v"]]) {
    expect(await runCli(words)).toEqual({
      stdout: "vm-system 0.1.0\n",
      stderr: "",
      exitCode: 0,
    });
  }
  for (const flag of ["--json", "--json=true"]) {
    expect((await runCli(["version", flag])).stdout).toBe('{"version":"0.1.0"}\n');
    expect((await runCli(["nothing", flag])).stderr).toStartWith('{"error":{"code":"USAGE"');
  }
  const off = ["version", "--json=false", "--help=false", "--version=false"];
  expect((await runCli(off)).stdout).toBe("vm-system 0.1.0\n");
});

test("the API's own address is as good as the daemon's", async () => {
  using api = fakeApi({ "GET /health": { status: "ok" } });
  const { exitCode } = await runCli(["ops", "health", "--server-url", `${api.url}/api/v1/`]);
  expect(exitCode).toBe(0);
});
