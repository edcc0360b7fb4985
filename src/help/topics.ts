import apiReference from "./topics/api-reference.md" with { type: "text" };
import architecture from "./topics/architecture.md" with { type: "text" };
import cliCommandReference from "./topics/cli-command-reference.md" with { type: "text" };
import contributing from "./topics/contributing.md" with { type: "text" };
import examples from "./topics/examples.md" with { type: "text" };
import gettingStarted from "./topics/getting-started.md" with { type: "text" };
import language from "./topics/language.md" with { type: "text" };
import performance from "./topics/performance.md" with { type: "text" };
import templatesAndSessions from "./topics/templates-and-sessions.md" with { type: "text" };
import troubleshooting from "./topics/troubleshooting.md" with { type: "text" };

/** Tables made from the program itself, by the name that a topic's `{{name}}` line asks for. */
export type Tables = Readonly<Record<string, string>>;

export interface Topic {
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  /** @throws Error when the text asks for a table that is not there */
  markdown(tables: Tables): string;
}

const topic = (name: string, summary: string, text: string): Topic => ({
  name,
  summary,
  markdown: (tables) =>
    text.replace(/^\{\{([a-z-]+)\}\}$/gm, (_, table: string) => {
      const rows = tables[table];
      if (rows === undefined) throw new Error(`help topic ${name}: no table ${table}`);
      return rows;
    }),
});

/** In the order in which a newcomer reads them. */
export const TOPICS: readonly Topic[] = [
  topic("getting-started", "From nothing to a session that survives a restart", gettingStarted),
  topic("architecture", "What the parts are and why sessions are not lost", architecture),
  topic(
    "templates-and-sessions",
    "Settings, modules, libraries, startup files; what guest code sees",
    templatesAndSessions,
  ),
  topic("language", "JavaScript and TypeScript as a session runs them", language),
  topic("api-reference", "Every route, field, code and limit of the REST API", apiReference),
  topic("cli-command-reference", "Every command, flag and exit code", cliCommandReference),
  topic("examples", "Things people do, ready to copy", examples),
  topic("troubleshooting", "What an error means and what to do about it", troubleshooting),
  topic("performance", "What things cost, measured, and the command to repeat it", performance),
  topic("contributing", "How the source is laid out, built and tested", contributing),
];
