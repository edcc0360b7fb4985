import { markdownTable } from "../help/markdown-table.ts";
import { coreTables } from "../help/reference.ts";
import type { Tables } from "../help/topics.ts";
import { type Command, flagsOf, isPositional, metaOf, subCommandsOf } from "./command.ts";
import { EXIT_CODES } from "./exit-code.ts";
import { GLOBAL_FLAGS } from "./globals.ts";
import { flagRow, synopsis } from "./usage.ts";

/** Every table that a help topic may ask for. */
export async function topicTables(root: Command): Promise<Tables> {
  const [modules, libraries] = await Promise.all([moduleTable(), libraryTable()]);
  return {
    ...coreTables(),
    modules,
    libraries,
    "exit-codes": exitCodeTable(),
    "global-flags": flagTable(Object.entries(GLOBAL_FLAGS)),
    environment: await environmentTable(),
    commands: (await commandSections(root, [])).join("\n\n"),
  };
}

function exitCodeTable(): string {
  const rows = Object.values(EXIT_CODES).map(({ code, when }) => [`${code}`, when]);
  return markdownTable(["Code", "When"], rows);
}

async function environmentTable(): Promise<string> {
  const { DAEMON_OPTIONS, environmentName } = await import("../daemon/config.ts");
  const rows = (Object.keys(DAEMON_OPTIONS) as (keyof typeof DAEMON_OPTIONS)[]).map((name) => [
    environmentName(name),
    `--${name}`,
  ]);
  rows.push(["VM_SYSTEM_SERVER_URL", "--server-url"], ["VM_SYSTEM_CDN_URL", "--cdn-url"]);
  return markdownTable(
    ["Variable", "Stands in for"],
    rows.map((row) => row.map((cell) => `\`${cell}\``)),
  );
}

async function moduleTable(): Promise<string> {
  const { MODULE_CATALOG } = await import("../modules/catalog.ts");
  return markdownTable(
    ["Module", "What it does"],
    MODULE_CATALOG.map(({ name, description }) => [`\`${name}\``, description]),
  );
}

async function libraryTable(): Promise<string> {
  const { LIBRARY_CATALOG } = await import("../libraries/catalog.ts");
  return markdownTable(
    ["Library", "Version", "Global", "What it is"],
    LIBRARY_CATALOG.map(({ id, version, config, description }) => [
      `\`${id}\``,
      version,
      `\`${config.global}\``,
      description,
    ]),
  );
}

/** One section a command, groups before their subcommands. */
async function commandSections(command: Command, path: readonly string[]): Promise<string[]> {
  const sections: string[] = [];
  const children = subCommandsOf(command);
  if (path.length > 0) {
    const { description, examples = [] } = metaOf(command);
    const own = Object.entries(flagsOf(command)).filter(([, flag]) => !isPositional(flag));
    const parts = [`## ${path.join(" ")}`, `${description}.`];
    if (!children) parts.push(code([synopsis(command, path)]));
    if (own.length > 0) parts.push(flagTable(own));
    if (examples.length > 0) parts.push(code(examples));
    sections.push(parts.join("\n\n"));
  }
  for (const [name, load] of Object.entries(children ?? {})) {
    sections.push(...(await commandSections(await load(), [...path, name])));
  }
  return sections;
}

function flagTable(flags: readonly Parameters<typeof flagRow>[0][]): string {
  const rows = flags.map(flagRow).map(([flag, about]) => [`\`${flag}\``, about]);
  return markdownTable(["Flag", "Meaning"], rows);
}

const code = (lines: readonly string[]) => ["```sh", ...lines, "```"].join("\n");
