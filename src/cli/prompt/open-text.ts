const TEMPLATE = "`";
const IN_TEMPLATE = "${";
const COMMENT = "/*";

const TOKEN =
  /\/\/.*|\/\*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[\p{ID_Continue}$]+|\s+|<!--|-->|#!|[\s\S]/uy;
const REGEXP = /\/(?:[^\\/[]|\\.|\[(?:[^\\\]]|\\.)*\])+\/\w*/uy;
const OPERAND = /[\p{ID_Continue}$)\]}"'`]$/u;
/** Behind these words a slash begins a regular expression, as behind these signs and at the start. */
const BEFORE_REGEXP =
  /^(?:|[(,=:[!&|?{;<>*%~^]|await|case|delete|do|else|in|instanceof|of|return|throw|typeof|void|yield)$/;

/**
 * What is open at the end of an input that comes line by line: brackets, a template, a comment. Each line
 * is read once. An input with something open is not whole, which takes no parser to know.
 */
export class OpenText {
  private readonly open: string[] = [];
  /** The last token, which says what a slash means. */
  private before = "";
  /** Nothing is known from here on: what a slash means takes a parser, or a bracket fits nowhere. */
  private isLost = false;

  /** Whether more is to come for certain, unless what is there is wrong. */
  get isOpen(): boolean {
    return this.open.length > 0 && !this.isLost;
  }

  add(line: string): void {
    for (let at = 0; at < line.length && !this.isLost; ) {
      const inside = this.open.at(-1);
      if (inside === COMMENT) at = this.pastComment(line, at);
      else if (inside === TEMPLATE) at = this.pastText(line, at);
      else at = this.pastToken(line, at);
    }
  }

  private pastComment(line: string, at: number): number {
    const end = line.indexOf("*/", at);
    if (end === -1) return line.length;
    this.open.pop();
    return end + 2;
  }

  private pastText(line: string, at: number): number {
    if (line.startsWith(TEMPLATE, at)) {
      this.open.pop();
      this.before = TEMPLATE;
      return at + 1;
    }
    if (line.startsWith(IN_TEMPLATE, at)) {
      this.begin(IN_TEMPLATE, "{");
      return at + 2;
    }
    return at + (line[at] === "\\" ? 2 : 1);
  }

  private pastToken(line: string, at: number): number {
    const token = tokenAt(TOKEN, line, at);
    if (token === "/") return this.pastSlash(line, at);
    if (token === TEMPLATE || token === COMMENT) this.open.push(token);
    else if ("([{".includes(token)) this.begin(token, token);
    else if (")]}".includes(token)) this.end(token);
    // An unended string is none of these tokens: its quote stands alone.
    else if (/^(?:["'\\]|<!--|-->|#!)$/.test(token)) this.isLost = true;
    else if (!/^(?:\s|\/\/)/.test(token)) this.pass(token);
    return at + token.length;
  }

  private begin(bracket: string, before: string): void {
    this.open.push(bracket);
    this.before = before;
  }

  private end(bracket: string): void {
    const begun = this.open.pop() ?? "";
    const isPair = /^(?:\(\)|\[\]|\$?\{\})$/.test(begun + bracket);
    if (!isPair) this.isLost = true;
    this.before = bracket;
  }

  private pass(token: string): void {
    // TypeScript's `value!` is the value still.
    if (token === "!" && this.isBehindOperand) return;
    // A name that a property has is no word of the language.
    const isName = this.before === "." || this.before === "#";
    this.before = isName ? "name" : token;
  }

  private get isBehindOperand(): boolean {
    return OPERAND.test(this.before) && !BEFORE_REGEXP.test(this.before);
  }

  private pastSlash(line: string, at: number): number {
    const next = line.indexOf("/", at + 1);
    const isBehindBracket = /[)}]/.test(this.before);
    if (next === -1 || (this.isBehindOperand && !isBehindBracket)) return this.pastSign(at);
    if (BEFORE_REGEXP.test(this.before)) return this.pastRegExp(line, at);
    if (line[next + 1] === "/") return this.pastSign(at);
    this.isLost = true;
    return at + 1;
  }

  private pastSign(at: number): number {
    this.before = "/";
    return at + 1;
  }

  private pastRegExp(line: string, at: number): number {
    const regexp = tokenAt(REGEXP, line, at);
    if (regexp === "") this.isLost = true;
    this.before = "name";
    return at + regexp.length;
  }
}

function tokenAt(pattern: RegExp, line: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(line)?.[0] ?? "";
}
