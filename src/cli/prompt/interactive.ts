import type { ReadStream } from "node:tty";
import { hasColours, print, printError, printRaw } from "../output.ts";
import { VERSION } from "../version.ts";
import { DOT_COMMAND_NAMES } from "./dot-commands.ts";
import { highlightSource } from "./highlight.ts";
import { History, historyPath } from "./history.ts";
import { isIncomplete } from "./input-state.ts";
import { Keys } from "./keys.ts";
import { LineEditor } from "./line-editor.ts";
import { Prompt } from "./prompt.ts";
import { Screen } from "./screen.ts";
import type { SessionDoor } from "./session-door.ts";

/** A prompt on a terminal, until Ctrl-D, `.exit`, or a second Ctrl-C at an empty line. */
export async function interactive(
  door: SessionDoor,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const stdin = process.stdin as ReadStream;
  const { stdout } = process;
  const columns = () => stdout.columns || 80;
  const keys = new Keys(stdin, printRaw, () => process.kill(process.pid, "SIGINT"));
  const editor = new LineEditor({
    keys,
    screen: new Screen(printRaw, () => ({ columns: columns(), rows: stdout.rows || 24 })),
    write: printRaw,
    columns,
    history: new History(historyPath(env)),
    paint: hasColours("stdout") ? highlightSource : (text) => text,
    isIncomplete,
    complete: async (text) =>
      /^\s*\.[a-z]*$/.test(text) ? DOT_COMMAND_NAMES : door.complete(text === "" ? " " : text),
  });
  const prompt = new Prompt(door, true);
  print(`vm-system ${VERSION}, ${door.title}. Type ".help" for more.`);
  keys.open();
  try {
    await converse(editor, prompt);
  } finally {
    keys.close();
  }
}

async function converse(editor: LineEditor, prompt: Prompt): Promise<void> {
  let asEditor = false;
  let isLeaving = false;
  for (;;) {
    const typed = await editor.read({ asEditor });
    asEditor = false;
    if (typed.kind === "end") return;
    if (typed.kind === "interrupt") {
      if (isLeaving && typed.text === "") return;
      isLeaving = typed.text === "";
      if (isLeaving) printError("(Ctrl-C again, Ctrl-D or .exit leaves)");
      continue;
    }
    isLeaving = false;
    const next = await prompt.take(typed.text);
    if (next === "leave") return;
    if (next === "editor") {
      asEditor = true;
      print("Ctrl-D runs the lines, Ctrl-C drops them.");
    }
  }
}
