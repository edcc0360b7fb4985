import { countCharacters, countLineEnds, lastLineStart } from "./source-lines.ts";

/**
 * Source text that is no program. Message and position are the author's, worded as V8 does where that
 * takes no more than looking at the token.
 */
export class SourceError extends Error {
  override readonly name = "SyntaxError";

  private constructor(
    message: string,
    /** From 1. */
    readonly line: number,
    /** From 1, in characters. */
    readonly column: number,
    /** Where in the text, in code units. */
    readonly offset: number,
  ) {
    super(message);
  }

  /** The parser's own stack was too small for the text. */
  get tooDeep(): boolean {
    return this.message === TOO_DEEP;
  }

  static at(text: string, offset: number, message: string): SourceError {
    const before = text.slice(0, offset);
    const column = countCharacters(before.slice(lastLineStart(before))) + 1;
    return new SourceError(message, countLineEnds(before) + 1, column, offset);
  }

  /** @param error What the parser threw: `pos` and a message that ends in the position. */
  static from(error: unknown, text: string): SourceError {
    if (error instanceof SourceError) return error;
    const { pos, message } = error as { pos?: number; message: string };
    // The parser itself gave up: nesting deeper than its stack.
    if (error instanceof RangeError || message.startsWith("Not enough stack space"))
      return SourceError.at(text, 0, TOO_DEEP);
    if (pos === undefined) throw error;
    return SourceError.at(text, pos, worded(message.replace(/ \(\d+:\d+\)$/, ""), text, pos));
  }
}

const TOO_DEEP = "Maximum call stack size exceeded";

const WORDINGS: readonly [RegExp, string | ((token: string) => string)][] = [
  [/^Unterminated template/, "Unexpected end of input"],
  [/^Unterminated regular expression/, "Invalid regular expression: missing /"],
  [/^Unterminated string/, "Invalid or unexpected token"],
  [/^Unterminated comment/, "Invalid or unexpected token"],
  [/^Identifier directly after number/, "Invalid or unexpected token"],
  [/^Unexpected character/, "Invalid or unexpected token"],
  [/^Assigning to rvalue/, "Invalid left-hand side in assignment"],
  [/^'return' outside of function/, "Illegal return statement"],
  [/^Unsyntactic break/, "Illegal break statement"],
  [/^Unsyntactic continue/, "Illegal continue statement: no surrounding iteration statement"],
  [/^The keyword '(?:await|enum)' is reserved/, "Unexpected reserved word"],
  [/^The keyword '.*' is reserved/, "Unexpected strict mode reserved word"],
  [
    /^Invalid number/,
    (token) =>
      /^0\d/.test(token)
        ? "Octal literals are not allowed in strict mode."
        : "Invalid or unexpected token",
  ],
  [/^Bad character escape sequence/, "Invalid Unicode escape sequence"],
  [/^'new\.target' can only/, "new.target expression is not allowed here"],
  [/^'super' keyword outside/, "'super' keyword unexpected here"],
  [/^getter should have no params/, "Getter must not have any formal parameters."],
  [/^setter should have exactly one param/, "Setter must have exactly one formal parameter."],
  [/^Duplicate constructor/, "A class may only have one constructor"],
  [/^Redefinition of __proto__/, "Duplicate __proto__ fields are not allowed in object literals"],
  [/^Missing catch or finally clause/, "Missing catch or finally after try"],
  [/^Multiple default clauses/, "More than one default clause in switch statement"],
  [
    /^Label '.*' is already declared/,
    (token) => `Label '${token.replace(/:.*$/, "")}' has already been declared`,
  ],
  [/^Duplicate regular expression flag/, "Invalid regular expression flags"],
  [
    /^Numeric separator is not allowed at the last/,
    "Numeric separators are not allowed at the end of numeric literals",
  ],
  [/^'with' in strict mode/, "Strict mode code may not include a with statement"],
  [
    /^Invalid regular expression flag/,
    (token) => `Invalid regular expression flags '${token.replace(/^.*\//, "")}'`,
  ],
];

function worded(message: string, text: string, pos: number): string {
  if (/^Unexpected (token|keyword)/.test(message)) return unexpected(text, pos);
  for (const [pattern, wording] of WORDINGS) {
    if (pattern.test(message)) {
      return typeof wording === "string" ? wording : wording(text.slice(pos).split(/\s/, 1)[0]!);
    }
  }
  return message;
}

const KEYWORD =
  /^(?:break|case|catch|class|const|continue|debugger|default|delete|do|else|export|extends|false|finally|for|function|if|import|in|instanceof|new|null|return|super|switch|this|throw|true|try|typeof|var|void|while|with|enum)$/;
const PUNCTUATOR =
  /^(?:>>>=|\.\.\.|===|!==|>>>|<<=|>>=|\*\*=|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\+\+|--|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|<<|>>|\*\*|[{}()[\].;,<>+\-*/%&|^!~?:=@])/;

const UNARY_POWER =
  "Unary operator used immediately before exponentiation expression. Parenthesis must be used to disambiguate operator precedence";

function unexpected(text: string, pos: number): string {
  const rest = text.slice(pos, pos + 200);
  if (
    /\bconst\s+[\w$]+\s*$/.test(text.slice(Math.max(0, pos - 200), pos)) &&
    /^(?:[;,\n]|$)/.test(rest)
  )
    return "Missing initializer in const declaration";
  if (/^\s*$/.test(text.slice(pos))) return "Unexpected end of input";
  if (/\bawait\s+$/.test(text.slice(Math.max(0, pos - 20), pos)))
    return "await is only valid in async functions and the top level bodies of modules";
  const word = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(rest)?.[0];
  if (word)
    return KEYWORD.test(word) ? `Unexpected token '${word}'` : `Unexpected identifier '${word}'`;
  if (/^\d|^\.\d/.test(rest)) return "Unexpected number";
  if (/^["']/.test(rest)) return "Unexpected string";
  if (rest.startsWith("`")) return "Unexpected template string";
  if (rest.startsWith("**") && !rest.startsWith("**=")) return UNARY_POWER;
  const punctuator = PUNCTUATOR.exec(rest)?.[0];
  return punctuator ? `Unexpected token '${punctuator}'` : "Invalid or unexpected token";
}
