import { expect, test } from "bun:test";
import { parse } from "../../src/cli/parse.ts";
import { topicTables } from "../../src/cli/topic-tables.ts";
import { ROOT } from "../../src/cli/tree.ts";
import { ERRORS } from "../../src/core/errors.ts";
import { STATUS_SHOWN } from "../../src/help/reference.ts";
import { renderMarkdown } from "../../src/help/render.ts";
import { TOPICS } from "../../src/help/topics.ts";
import { apiRoutes } from "../../src/http/app.ts";
import { STATUS_OF } from "../../src/http/errors.ts";
import { MODULE_CATALOG } from "../../src/modules/catalog.ts";
import { runCli } from "../cli/run-cli.ts";

const tables = await topicTables(ROOT);
const markdown = new Map(TOPICS.map((topic) => [topic.name, topic.markdown(tables)]));

test("the topics are those that people are told of", () => {
  expect([...markdown.keys()]).toEqual([
    "getting-started",
    "architecture",
    "templates-and-sessions",
    "language",
    "api-reference",
    "cli-command-reference",
    "examples",
    "troubleshooting",
    "performance",
    "contributing",
  ]);
});

test.each([...markdown])("%s is whole: no table is left out, every fence is closed", (_, text) => {
  expect(text).not.toContain("{{");
  expect(text.match(/^```/gm)?.length ?? 0).toBeEven();
  expect(text).toStartWith("# ");
});

test("the errors of the topics are those of the daemon", () => {
  expect(STATUS_SHOWN).toEqual(STATUS_OF);
  for (const code of Object.keys(ERRORS)) {
    expect(markdown.get("troubleshooting")).toContain(`\`${code}\``);
  }
});

test("every function of a native module is explained", () => {
  const text = markdown.get("templates-and-sessions")!;
  const functions = MODULE_CATALOG.flatMap((module) => module.functions);
  expect(functions.filter((name) => !new RegExp(`\`${name}[\`(]`).test(text))).toEqual([]);
});

test("the routes of api-reference are those of the API", () => {
  const written = [
    ...markdown.get("api-reference")!.matchAll(/^\| `((?:GET|POST|PUT|PATCH|DELETE) [^`]+)` /gm),
  ].map((match) => match[1]!.replace(/\{(\w+)\}/g, ":$1"));
  // The routes only hold on to the core; none is called here.
  const routes = apiRoutes({} as never, {} as never);
  expect(written.toSorted()).toEqual(routes.map(({ key }) => key as string).toSorted());
});

/** Every ``vm-system …`` of the texts: inline code and the lines of shell blocks. */
function commandsIn(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1]!).join("\n");
  const inline = [...text.replace(/^```.*?^```/gms, "").matchAll(/`(vm-system [^`]*)`/g)];
  const inBlocks = [...blocks.matchAll(/vm-system [^\n|)&;>]*/g)].filter(
    ({ index }) => !blocks.slice(0, index).endsWith("source <("),
  );
  return [...inline.map((match) => match[1]!), ...inBlocks.map(([command]) => command)];
}

/** What is wrong with a command, if anything: it must exist, and so must each of its flags. */
async function objection(command: string): Promise<string | undefined> {
  // What comes after a quote, a variable, a redirection or a lone `--` is values.
  const words = command
    .replace(/["'$<].*$/, "")
    .replace(/ -- .*$/, "")
    .trim()
    .split(/\s+/)
    .slice(1);
  const firstFlag = words.findIndex((word) => word.startsWith("-"));
  const path = (firstFlag < 0 ? words : words.slice(0, firstFlag)).filter((word) =>
    /^[a-z][a-z-]*$/.test(word),
  );
  const flags = words.filter((word) => word.startsWith("--")).map((word) => word.split("=")[0]!);
  try {
    await parse(path, ROOT);
    for (const flag of flags) {
      await parse([...path, flag, "1"], ROOT).catch((error: Error) => {
        if (error.message.startsWith("unknown flag")) throw error;
      });
    }
    return undefined;
  } catch (error) {
    return `${command}: ${(error as Error).message}`;
  }
}

/** Commands of a later version, which hints may already name. */
const EXPECTED_LATER = ["session export"];

async function objections(text: string): Promise<string[]> {
  const all = await Promise.all(commandsIn(text).map(objection));
  return all.filter(
    (found): found is string =>
      found !== undefined && !EXPECTED_LATER.some((later) => found.includes(later)),
  );
}

const hints = Object.values(ERRORS)
  .map(({ hint }) => hint)
  .join("\n");

test("every command that a hint names exists", async () => {
  expect(commandsIn(hints).length).toBeGreaterThan(10);
  expect(await objections(hints)).toEqual([]);
});

test("every flag that a hint gives to the daemon is one of serve", async () => {
  const flags = [...hints.matchAll(/`(--[a-z-]+)/g)].map((match) => match[1]!);
  expect(flags.length).toBeGreaterThan(2);
  expect(await objections(flags.map((flag) => `\`vm-system serve ${flag}\``).join())).toEqual([]);
});

test.each([...markdown])("every command that %s names exists, with its flags", async (_, text) => {
  expect(await objections(text)).toEqual([]);
});

test("a topic is plain when piped, and rendered for a terminal", async () => {
  const { stdout, exitCode } = await runCli(["help", "architecture"]);
  expect(stdout).toStartWith("ARCHITECTURE\n");
  expect(stdout).not.toContain("\x1b");
  expect(exitCode).toBe(0);
  expect(renderMarkdown("# A\n\nuse `b` **now**\n\n```sh\nls\n```", true)).toBe(
    "\x1b[1mA\x1b[22m\n\nuse \x1b[36mb\x1b[39m \x1b[1mnow\x1b[22m\n\n    \x1b[36mls\x1b[39m",
  );
});

test("a table is aligned, its last column wrapped, and put below where there is no room", () => {
  const long = "word ".repeat(30).trim();
  expect(renderMarkdown(`| A | B |\n| --- | --- |\n| a \\| b | ${long} |`, false)).toBe(
    [
      "  A      B",
      `  a | b  ${"word ".repeat(18).trim()}`,
      `         ${"word ".repeat(12).trim()}`,
    ].join("\n"),
  );
  const wide = "x".repeat(70);
  expect(renderMarkdown(`| A | B |\n| --- | --- |\n| ${wide} | b |`, false)).toBe(
    ["  A", "      B", `  ${wide}`, "      b"].join("\n"),
  );
});

test("paragraphs and lists are wrapped to the width of a terminal", () => {
  const long = "word ".repeat(30).trim();
  expect(renderMarkdown(`- ${long}`, false)).toBe(
    [`- ${"word ".repeat(19).trim()}`, `  ${"word ".repeat(11).trim()}`].join("\n"),
  );
});

test("the list names every topic, and a command's name shows its usage", async () => {
  const { stdout } = await runCli(["help"]);
  for (const { name, summary } of TOPICS) {
    expect(stdout).toMatch(new RegExp(`${name} +${summary.replace(/[.*+?]/g, "\\$&")}`));
  }
  expect((await runCli(["help", "exec", "repl"])).stdout).toContain(
    "Usage: vm-system exec repl SESSION CODE [flags]",
  );
});
