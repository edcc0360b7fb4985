import { columnsText, completeWith } from "./completion.ts";
import { EditBuffer } from "./edit-buffer.ts";
import type { History } from "./history.ts";
import { HistorySearch } from "./history-search.ts";
import type { Keys } from "./keys.ts";
import type { Screen, View } from "./screen.ts";

export interface EditorOptions {
  readonly keys: Keys;
  readonly screen: Screen;
  readonly write: (text: string) => void;
  readonly columns: () => number;
  readonly history: History;
  readonly paint: View["paint"];
  readonly isIncomplete: (text: string) => boolean;
  /** Names for the end of the text; a failure offers none. */
  readonly complete: (text: string) => Promise<readonly string[]>;
}

/** `interrupt`: Ctrl-C, with what was typed. `end`: Ctrl-D where nothing was typed. */
export type Typed =
  | { readonly kind: "input"; readonly text: string }
  | { readonly kind: "interrupt"; readonly text: string }
  | { readonly kind: "end" };

const PROMPT = "> ";
const CONTINUATION = "| ";

const MOVES: Readonly<Record<string, (buffer: EditBuffer) => void>> = {
  left: (buffer) => buffer.left(),
  "c-b": (buffer) => buffer.left(),
  right: (buffer) => buffer.right(),
  "c-f": (buffer) => buffer.right(),
  "c-left": (buffer) => buffer.wordLeft(),
  "m-left": (buffer) => buffer.wordLeft(),
  "m-b": (buffer) => buffer.wordLeft(),
  "c-right": (buffer) => buffer.wordRight(),
  "m-right": (buffer) => buffer.wordRight(),
  "m-f": (buffer) => buffer.wordRight(),
  home: (buffer) => buffer.lineStart(),
  "c-a": (buffer) => buffer.lineStart(),
  end: (buffer) => buffer.lineEnd(),
  "c-e": (buffer) => buffer.lineEnd(),
  backspace: (buffer) => buffer.deleteBack(),
  "c-h": (buffer) => buffer.deleteBack(),
  delete: (buffer) => buffer.deleteForward(),
  "c-w": (buffer) => buffer.cutWordBack(),
  "m-backspace": (buffer) => buffer.cutWordBack(),
  "m-d": (buffer) => buffer.cutWordForward(),
  "c-u": (buffer) => buffer.cutToLineStart(),
  "c-k": (buffer) => buffer.cutToLineEnd(),
  "c-y": (buffer) => buffer.yank(),
  "m-return": (buffer) => buffer.insert("\n"),
  "m-enter": (buffer) => buffer.insert("\n"),
};

/** Reads one input of any number of lines, with history and completion. */
export class LineEditor {
  private buffer = new EditBuffer();
  /** How far back in the history the text is; 0: not from there. */
  private back = 0;
  /** What was typed before going back. */
  private draft = "";
  private isPasting = false;
  private search: HistorySearch | undefined;

  constructor(private readonly options: EditorOptions) {}

  /** @param asEditor  Enter only breaks the line, and Ctrl-D ends the input. */
  async read({ asEditor = false } = {}): Promise<Typed> {
    this.buffer = new EditBuffer();
    this.back = 0;
    this.isPasting = false;
    this.search = undefined;
    this.options.keys.isTyping = true;
    this.draw();
    for (;;) {
      const key = await this.options.keys.next();
      const typed = key ? await this.press(key.name, key.text, asEditor) : END;
      if (!typed) {
        // What comes in one go is drawn once.
        if (!this.isPasting && !this.options.keys.hasMore) this.draw();
        continue;
      }
      this.options.keys.isTyping = false;
      this.buffer.end();
      this.draw();
      this.options.screen.leave();
      return typed;
    }
  }

  private async press(
    name: string,
    text: string | undefined,
    asEditor: boolean,
  ): Promise<Typed | undefined> {
    const { buffer } = this;
    if (name === "paste-start" || name === "paste-end") {
      this.isPasting = name === "paste-start";
      return undefined;
    }
    if (this.isPasting) {
      buffer.insert(text ?? "");
      return undefined;
    }
    if (this.search && this.searched(this.search, name, text)) return undefined;
    switch (name) {
      case "c-r":
        this.search = new HistorySearch(this.options.history, buffer.text);
        return undefined;
      case "return":
      case "enter":
        if (!asEditor && this.isWhole()) return this.submit();
        buffer.insert(`\n${indentOf(buffer.before)}`);
        return undefined;
      case "c-c":
        return { kind: "interrupt", text: buffer.text };
      case "c-d":
        if (asEditor) return this.submit();
        if (buffer.text === "") return END;
        buffer.deleteForward();
        return undefined;
      case "c-l":
        this.options.screen.clear();
        return undefined;
      case "tab":
        await this.complete();
        return undefined;
      case "up":
      case "c-p":
        if (buffer.isOnFirstLine) this.recall(1);
        else buffer.up();
        return undefined;
      case "down":
      case "c-n":
        if (buffer.isOnLastLine) this.recall(-1);
        else buffer.down();
        return undefined;
    }
    const move = MOVES[name];
    if (move) move(buffer);
    else if (text !== undefined) buffer.insert(text);
    return undefined;
  }

  /** @returns Whether the key was the search's; any other ends it, and does what it does to what was found. */
  private searched(search: HistorySearch, name: string, text: string | undefined): boolean {
    if (name === "c-r") search.older();
    else if (name === "backspace" || name === "c-h") search.erase();
    else if (name === "c-g" || name === "escape" || name === "c-c") {
      this.search = undefined;
      this.buffer.set(search.draft);
      return true;
    } else if (text !== undefined && /^[^\x00-\x1f\x7f]+$/.test(text)) search.type(text);
    else {
      this.search = undefined;
      if (this.back === 0) this.draft = search.draft;
      this.back = search.back;
      return false;
    }
    this.buffer.set(search.text);
    return true;
  }

  /** An Enter in the middle of several lines breaks the line; at the end it may run them. */
  private isWhole(): boolean {
    const { text, after } = this.buffer;
    if (text.trim() === "" || /^\s*\.[a-z]/.test(text)) return true;
    return !after.includes("\n") && !this.options.isIncomplete(text);
  }

  private submit(): Typed {
    const { text } = this.buffer;
    this.options.history.add(text);
    return { kind: "input", text };
  }

  private recall(step: number): void {
    const back = this.back + step;
    if (back < 0) return;
    const entry = back === 0 ? this.draft : this.options.history.at(back);
    if (entry === undefined) return;
    if (this.back === 0) this.draft = this.buffer.text;
    this.back = back;
    this.buffer.set(entry);
  }

  private async complete(): Promise<void> {
    const { buffer, options } = this;
    this.draw();
    const { before } = buffer;
    if (/(^|\n)[ ]*$/.test(before) && before !== "") {
      buffer.insert("  ");
      return;
    }
    const names = await options.complete(before).catch(() => []);
    const { insert, list } = completeWith(before, names);
    buffer.insert(insert);
    if (list.length === 0) return;
    options.screen.leave();
    options.write(`${columnsText(list, options.columns())}\n`);
  }

  private draw(): void {
    const { text, cursor } = this.buffer;
    const { paint, screen } = this.options;
    const prompt = this.search?.prompt ?? PROMPT;
    screen.draw({ text, cursor, prompt, continuation: CONTINUATION, paint });
  }
}

const END: Typed = { kind: "end" };

const indentOf = (before: string) => /(?:^|\n)( *)[^\n]*$/.exec(before)?.[1] ?? "";
