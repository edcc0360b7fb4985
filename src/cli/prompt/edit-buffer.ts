const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const WORD_BEFORE = /[\p{ID_Continue}$]+[^\p{ID_Continue}$\n]*$|[^\p{ID_Continue}$\n]+$|\n$/u;
const WORD_AFTER = /^[^\p{ID_Continue}$\n]*[\p{ID_Continue}$]+|^[^\p{ID_Continue}$\n]+|^\n/u;

/** The text that is being typed, of any number of lines, and the cursor in it. */
export class EditBuffer {
  private content = "";
  private at = 0;
  /** What was cut last, for `yank`. */
  private cut = "";

  get text(): string {
    return this.content;
  }

  /** In code units. */
  get cursor(): number {
    return this.at;
  }

  get before(): string {
    return this.content.slice(0, this.at);
  }

  get after(): string {
    return this.content.slice(this.at);
  }

  get isOnFirstLine(): boolean {
    return !this.before.includes("\n");
  }

  get isOnLastLine(): boolean {
    return !this.after.includes("\n");
  }

  set(text: string): void {
    this.content = text;
    this.at = text.length;
  }

  /** Line ends become LF, tabs spaces; other control characters are dropped. */
  insert(text: string): void {
    const clean = text
      .replace(/\r\n?/g, "\n")
      .replaceAll("\t", "  ")
      .replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, "");
    this.content = this.before + clean + this.after;
    this.at += clean.length;
  }

  left(): void {
    this.at -= lastGrapheme(this.before).length;
  }

  right(): void {
    this.at += firstGrapheme(this.after).length;
  }

  wordLeft(): void {
    this.at -= (WORD_BEFORE.exec(this.before)?.[0] ?? "").length;
  }

  wordRight(): void {
    this.at += (WORD_AFTER.exec(this.after)?.[0] ?? "").length;
  }

  lineStart(): void {
    this.at = this.before.lastIndexOf("\n") + 1;
  }

  lineEnd(): void {
    const end = this.content.indexOf("\n", this.at);
    this.at = end < 0 ? this.content.length : end;
  }

  end(): void {
    this.at = this.content.length;
  }

  /** To the same column of the line above; on the first line nothing. */
  up(): void {
    const start = this.before.lastIndexOf("\n") + 1;
    if (start === 0) return;
    const above = this.content.lastIndexOf("\n", start - 2) + 1;
    this.at = Math.min(above + this.at - start, start - 1);
  }

  down(): void {
    const next = this.content.indexOf("\n", this.at) + 1;
    if (next === 0) return;
    const column = this.at - (this.before.lastIndexOf("\n") + 1);
    const end = this.content.indexOf("\n", next);
    this.at = Math.min(next + column, end < 0 ? this.content.length : end);
  }

  deleteBack(): void {
    this.removeBefore(lastGrapheme(this.before).length);
  }

  deleteForward(): void {
    this.removeAfter(firstGrapheme(this.after).length);
  }

  cutWordBack(): void {
    this.cut = this.removeBefore((WORD_BEFORE.exec(this.before)?.[0] ?? "").length);
  }

  cutWordForward(): void {
    this.cut = this.removeAfter((WORD_AFTER.exec(this.after)?.[0] ?? "").length);
  }

  cutToLineStart(): void {
    this.cut = this.removeBefore(this.at - (this.before.lastIndexOf("\n") + 1));
  }

  cutToLineEnd(): void {
    const end = this.content.indexOf("\n", this.at);
    this.cut = this.removeAfter((end < 0 ? this.content.length : end) - this.at);
  }

  yank(): void {
    this.insert(this.cut);
  }

  private removeBefore(count: number): string {
    const removed = this.content.slice(this.at - count, this.at);
    this.content = this.content.slice(0, this.at - count) + this.after;
    this.at -= count;
    return removed;
  }

  private removeAfter(count: number): string {
    const removed = this.content.slice(this.at, this.at + count);
    this.content = this.before + this.content.slice(this.at + count);
    return removed;
  }
}

function firstGrapheme(text: string): string {
  for (const { segment } of GRAPHEMES.segment(text.slice(0, GRAPHEME_UNITS_MAX))) return segment;
  return "";
}

function lastGrapheme(text: string): string {
  let last = "";
  for (const { segment } of GRAPHEMES.segment(text.slice(-GRAPHEME_UNITS_MAX))) last = segment;
  return last;
}

/** A family of emoji takes a dozen. */
const GRAPHEME_UNITS_MAX = 64;
