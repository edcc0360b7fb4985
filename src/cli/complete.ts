import { LIMITS } from "../core/limits.ts";
import {
  type Command,
  type FlagDef,
  type FlagDefs,
  flagsOf,
  type IdKind,
  isNegatable,
  isPositional,
  metaOf,
  subCommandsOf,
} from "./command.ts";
import { shortened } from "./execution-text.ts";
import { GLOBAL_FLAGS, readGlobals } from "./globals.ts";
import { printable, shortTime } from "./output.ts";

interface Candidate {
  readonly word: string;
  readonly about: string;
}

/**
 * What may stand where the cursor is, from the command tree itself: one candidate a line, its
 * description after a tab. The scripts of `vm-system completion` ask for it at each Tab.
 *
 * @param words  `--`, then the words after the program's name; the last is the one being typed.
 */
export async function complete(words: readonly string[], root: Command): Promise<string[]> {
  const typed = withoutEquals(words[0] === "--" ? words.slice(1) : words);
  const current = typed.at(-1) ?? "";
  const candidates = await candidatesFor(typed.slice(0, -1), current, root);
  return candidates
    .filter(({ word }) => word.startsWith(current))
    .map(({ word, about }) => `${word}\t${about}`);
}

/** bash takes `--flag=value` apart at the equals sign, and gives the sign as a word. */
function withoutEquals(words: readonly string[]): string[] {
  const isLast = (at: number) => at === words.length - 1;
  return words
    .filter((word, at) => word !== "=" || isLast(at))
    .map((word) => (word === "=" ? "" : word));
}

async function candidatesFor(
  before: readonly string[],
  current: string,
  root: Command,
): Promise<Candidate[]> {
  let command = root;
  let positionals = 0;
  let pending: FlagDef | undefined;
  let serverUrl: string | undefined;
  let sessionId: string | undefined;
  for (const [at, word] of before.entries()) {
    if (pending) {
      if (before[at - 1] === "--server-url") serverUrl = word;
      pending = undefined;
      continue;
    }
    if (word.startsWith("-")) {
      pending = valueFlag(word, command);
      continue;
    }
    const children = subCommandsOf(command);
    if (!children) {
      const argument = Object.values(flagsOf(command)).filter(isPositional)[positionals++];
      if (argument?.completes === "session") sessionId = word;
    } else if (Object.hasOwn(children, word)) command = await children[word]!();
    else return [];
  }

  const from = { serverUrl, sessionId };
  if (pending) return valuesOf(pending, from);
  const equals = current.startsWith("--") ? current.indexOf("=") : -1;
  if (equals > 0) {
    const name = current.slice(0, equals);
    const flag = valueFlag(name, command);
    const values = flag ? await valuesOf(flag, from) : [];
    return values.map(({ word, about }) => ({ word: `${name}=${word}`, about }));
  }
  if (current.startsWith("-")) return flagCandidates(command);
  const children = subCommandsOf(command);
  if (children) {
    return Promise.all(
      Object.entries(children).map(async ([word, load]) => ({
        word,
        about: metaOf(await load()).description,
      })),
    );
  }
  const expected = Object.values(flagsOf(command)).filter(isPositional);
  const flag = expected[positionals];
  return flag ? valuesOf(flag, from) : [];
}

const allFlags = (command: Command): FlagDefs => ({ ...flagsOf(command), ...GLOBAL_FLAGS });

/** The flag that takes the next word as its value, if this word is one. */
function valueFlag(word: string, command: Command): FlagDef | undefined {
  const flag = word.startsWith("--") ? allFlags(command)[word.slice(2)] : undefined;
  return flag && flag.type !== "boolean" && !isPositional(flag) ? flag : undefined;
}

function flagCandidates(command: Command): Candidate[] {
  return Object.entries(allFlags(command))
    .filter(([, flag]) => !isPositional(flag))
    .flatMap(([name, flag]) => {
      const about = flag.description ?? "";
      const off = isNegatable(flag) ? [{ word: `--no-${name}`, about }] : [];
      return flag.default === true ? off : [{ word: `--${name}`, about }, ...off];
    });
}

/** What the line says already of where IDs come from. */
interface IdSource {
  readonly serverUrl: string | undefined;
  readonly sessionId: string | undefined;
}

async function valuesOf(flag: FlagDef, from: IdSource): Promise<Candidate[]> {
  const { completes } = flag;
  if (flag.type === "enum") return (flag.options ?? []).map(asCandidate);
  if (completes === undefined) return [];
  if (typeof completes !== "string") return completes.map(asCandidate);
  return idsOf(completes, from);
}

const asCandidate = (word: string): Candidate => ({ word, about: "" });

async function idsOf(kind: IdKind, from: IdSource): Promise<Candidate[]> {
  if (kind === "topic") {
    const { TOPICS } = await import("../help/topics.ts");
    return TOPICS.map(({ name, summary }) => ({ word: name, about: summary }));
  }
  try {
    const slow = Bun.sleep(DAEMON_ANSWERS_WITHIN_MS).then(() => []);
    return await Promise.race([idsFromDaemon(kind, from), slow]);
  } catch {
    // No daemon, or not one that knows us: a Tab must not print an error.
    return [];
  }
}

async function idsFromDaemon(
  kind: Exclude<IdKind, "topic">,
  { serverUrl, sessionId }: IdSource,
): Promise<Candidate[]> {
  const globals = readGlobals(
    (name) => (name === "server-url" ? serverUrl : undefined),
    process.env,
  );
  const { createClient } = await import("../client/client.ts");
  const client = createClient(globals.serverUrl);
  if (kind === "template") {
    const templates = await client.listTemplates();
    return templates.map(({ id, name }) => ({ word: id, about: name }));
  }
  const sessions = kind !== "session" && sessionId ? [] : await client.listSessions();
  if (kind === "session") {
    return sessions.map((session) => ({
      word: session.id,
      about: `${session.status} ${session.workspace_id}`,
    }));
  }
  const of = sessionId ?? sessions[0]?.id;
  if (of === undefined) return [];
  const [executions, checkpoints] = await Promise.all([
    client.listExecutions(of),
    kind === "state" ? client.listCheckpoints(of, LIMITS.pageRowsMax) : [],
  ]);
  return [
    ...checkpoints.flatMap(({ label, created_at }) =>
      label !== undefined && IS_ONE_WORD.test(label)
        ? [{ word: label, about: `label ${shortTime(created_at)}` }]
        : [],
    ),
    ...executions.map((execution) => ({
      word: execution.id,
      about: printable(`${execution.status} ${shortened(execution.path ?? execution.input ?? "")}`),
    })),
  ];
}

/** What a shell takes as it stands: a label with a space would have to be quoted differently in each. */
const IS_ONE_WORD = /^[\p{L}\p{N}_.@%+,/][\p{L}\p{N}_.@%+,/-]*$/u;

/** A Tab that takes longer than this feels broken. */
const DAEMON_ANSWERS_WITHIN_MS = 400;
