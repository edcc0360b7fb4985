import type { History } from "./history.ts";

/** Ctrl-R: what is typed is looked for in the history, from the latest input back. */
export class HistorySearch {
  private query = "";
  private found: { readonly back: number; readonly text: string } | undefined;
  private failed = false;

  /** @param draft  What was typed before, shown until something is found. */
  constructor(
    private readonly history: History,
    readonly draft: string,
  ) {}

  get prompt(): string {
    return `(${this.failed ? "nothing older with" : "history with"} '${this.query}') `;
  }

  get text(): string {
    return this.found?.text ?? this.draft;
  }

  /** How far back in the history the text is; 0: it is the draft. */
  get back(): number {
    return this.found?.back ?? 0;
  }

  type(text: string): void {
    this.query += text;
    this.look(this.found?.back ?? 1);
  }

  erase(): void {
    this.query = [...this.query].slice(0, -1).join("");
    this.found = undefined;
    this.look(1);
  }

  /** The next one that differs. */
  older(): void {
    this.look(this.back + 1, this.found?.text);
  }

  private look(from: number, except?: string): void {
    this.failed = false;
    if (this.query === "") return;
    for (let back = from; ; back++) {
      const text = this.history.at(back);
      if (text === undefined) break;
      if (text === except || !text.includes(this.query)) continue;
      this.found = { back, text };
      return;
    }
    this.failed = true;
  }
}
