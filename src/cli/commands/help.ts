import { type Command, command, subCommandsOf } from "../command.ts";
import type { Context } from "../context.ts";
import { nearest } from "../nearest.ts";
import { hasColours } from "../output.ts";
import { UsageError } from "../usage-error.ts";

export default command({
  name: "help",
  summary: "Read a help topic, or list them; a command's name shows its usage",
  examples: ["vm-system help getting-started", "vm-system help exec run-file"],
  args: {
    topic: {
      type: "positional",
      required: false,
      description: "A topic or a command",
      completes: "topic",
    },
    subcommand: { type: "positional", required: false, description: "A subcommand of it" },
  },
  async run(context, args) {
    const { TOPICS } = await import("../../help/topics.ts");
    if (args.topic === undefined) {
      const { topicListText } = await import("../../help/render.ts");
      const list = TOPICS.map(({ name, summary }) => ({ name, summary }));
      context.result(list, () => topicListText(TOPICS, hasColours("stdout")));
      return;
    }
    const topic = args.subcommand === undefined && TOPICS.find(({ name }) => name === args.topic);
    if (!topic) {
      await showCommand(context, [args.topic, args.subcommand]);
      return;
    }

    const [{ renderMarkdown }, { topicTables }] = await Promise.all([
      import("../../help/render.ts"),
      import("../topic-tables.ts"),
    ]);
    const { ROOT } = await import("../tree.ts");
    const markdown = topic.markdown(await topicTables(ROOT));
    context.result({ name: topic.name, summary: topic.summary, markdown }, () =>
      renderMarkdown(markdown, hasColours("stdout")),
    );
  },
});

async function showCommand(
  context: Context,
  words: readonly (string | undefined)[],
): Promise<void> {
  const path = words.filter((word) => word !== undefined);
  const { ROOT } = await import("../tree.ts");
  let found: Command = ROOT;
  for (const [depth, word] of path.entries()) {
    const children = subCommandsOf(found);
    if (!children || !Object.hasOwn(children, word)) {
      const names = Object.keys(children ?? {});
      throw await unknown(path, path.slice(0, depth), word, names);
    }
    found = await children[word]!();
  }
  const { usageText } = await import("../usage.ts");
  const usage = await usageText(found, path);
  context.result({ command: path.join(" "), usage }, () => usage);
}

/** @param names  The commands that could stand where `word` does, after `before`. */
async function unknown(
  path: readonly string[],
  before: readonly string[],
  word: string,
  names: readonly string[],
): Promise<UsageError> {
  const { TOPICS } = await import("../../help/topics.ts");
  const topics = before.length === 0 ? TOPICS.map(({ name }) => name) : [];
  const near = nearest(word, [...topics, ...names]);
  return new UsageError(
    `no help topic or command ${JSON.stringify(path.join(" "))}`,
    near
      ? `Did you mean \`${["vm-system", "help", ...before, near].join(" ")}\`?`
      : "See `vm-system help` for the topics.",
  );
}
