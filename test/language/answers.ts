import { resolve } from "node:path";
import type { ExecutionBody } from "../harness/binary.ts";
import type { Code } from "./snippets.ts";

/** What came of a snippet: console lines, and a value or what was thrown. */
export interface Answer {
  readonly console: readonly string[];
  readonly type?: string;
  readonly preview?: string;
  readonly thrown?: string;
}

export const inputsOf = (code: Code): readonly string[] =>
  typeof code === "string" ? [code] : code;

const PROMPT = resolve(import.meta.dir, "node-prompt.cjs");

/** Node's answers to all snippets, of one process. Asynchronous: sessions can run meanwhile. */
export async function askNode(node: string, codes: readonly Code[]): Promise<Answer[]> {
  const child = Bun.spawn([node, PROMPT], {
    stdin: Buffer.from(JSON.stringify(codes.map(inputsOf))),
    stdout: "pipe",
    stderr: "pipe",
    env: { PATH: process.env.PATH, TZ: "UTC", LANG: "C.UTF-8" },
  });
  const [answers, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(errors);
  return (JSON.parse(answers) as Answer[]).map(withoutFrames);
}

/** A session's answer in the same form. */
export function answerOf({ events, result, error }: ExecutionBody): Answer {
  const console = events
    .filter(({ type }) => type === "console")
    .map(({ payload }) => {
      const stream = payload.level === "error" || payload.level === "warn" ? "err" : "out";
      return `${stream}: ${payload.text}`;
    });
  if (error) return withoutFrames({ console, thrown: error.message });
  return withoutFrames({ console, type: result!.type, preview: result!.preview });
}

const FRAMES = /\n +(?:at [^\n{]*[^\n{ ]|\.\.\. \d+ lines matching cause stack trace \.\.\.)/g;
const bare = (text: string) => text.replaceAll(FRAMES, "");

/** Frames are each engine's own; what stands around them is compared. */
function withoutFrames(answer: Answer): Answer {
  return {
    console: answer.console.map(bare),
    ...(answer.type === undefined ? {} : { type: answer.type }),
    ...(answer.preview === undefined ? {} : { preview: bare(answer.preview) }),
    ...(answer.thrown === undefined ? {} : { thrown: bare(answer.thrown) }),
  };
}
