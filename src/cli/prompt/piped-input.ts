import { OpenText } from "./open-text.ts";

/** Up to here each line is looked at with a parser: what is wrong is said at once. */
const PARSED_EACH_LINE = 4096;

/** An input of many lines. It is parsed again and again, but not once a line: long ones would take minutes. */
export class PipedInput {
  private readonly lines: string[] = [];
  private readonly openText = new OpenText();
  private length = 0;
  private parseFrom = PARSED_EACH_LINE;

  constructor(private readonly isIncomplete: (text: string) => boolean) {}

  get text(): string {
    return this.lines.join("\n");
  }

  add(line: string): void {
    this.lines.push(line);
    this.length += line.length + 1;
    this.openText.add(line);
  }

  /** Whether it is complete, or wrong however it goes on. */
  isToRun(): boolean {
    if (this.lines.length === 1 && /^\s*\.[A-Za-z]/.test(this.lines[0] as string)) return true;
    const mayWait = this.length > PARSED_EACH_LINE && this.length < this.parseFrom;
    if (mayWait && this.openText.isOpen) return false;
    this.parseFrom = this.length * 1.25;
    return !this.isIncomplete(this.text);
  }
}
