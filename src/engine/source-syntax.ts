import type { Options, Parser } from "acorn";
import { SourceError } from "./source-error.ts";

/** A node of the syntax tree, ESTree with the TypeScript nodes of the parser's plugin. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  // biome-ignore lint/suspicious/noExplicitAny: the fields of some hundred node types
  readonly [field: string]: any;
}

export interface Syntax {
  readonly program: Node;
  readonly typescript: boolean;
}

type ParserClass = typeof Parser;

let javascript: ParserClass | undefined;
let typescript: ParserClass | undefined;

/** Loaded when first needed: most snippets run as written, and few sessions meet TypeScript. */
function parserOf(language: "js" | "ts"): ParserClass {
  if (language === "js") {
    javascript ??= (require("./javascript-parser.ts") as typeof import("./javascript-parser.ts"))
      .Parser;
    return javascript;
  }
  typescript ??= withTypes(parserOf("js"));
  return typescript;
}

/** For a process that will not be able to load them. */
export const preloadParsers = (): void => void parserOf("ts");

/** The plugin's methods, of which its types say nothing. */
type Untyped = { [method: string]: (...args: unknown[]) => unknown };

/** Conditionals of a text that are read a second time: nested ones would double the work of each other. */
const SECOND_READINGS_MAX = 64;

function withTypes(base: ParserClass): ParserClass {
  const { tsPlugin } =
    require("@sveltejs/acorn-typescript") as typeof import("@sveltejs/acorn-typescript");
  const Extended = base.extend(tsPlugin({ jsx: false })) as unknown as new (
    ...args: unknown[]
  ) => Untyped;
  class TypeParser extends Extended {
    /** `<const T>` is allowed on signatures too. */
    tsTryParseTypeParameters(modifiers?: unknown) {
      return super.tsTryParseTypeParameters!(modifiers ?? this.tsParseConstModifier);
    }
    #typedArrows = 0;
    #secondReadings = 0;
    #arrowsHaveNoTypes = false;

    shouldParseArrow(...given: unknown[]) {
      if (this.#arrowsHaveNoTypes && labelOf(this) === ":") return false;
      const should = super.shouldParseArrow!(...given);
      if (should && (this as { shouldParseArrowReturnType?: unknown }).shouldParseArrowReturnType)
        this.#typedArrows++;
      return should;
    }

    /** In `a ? (b) : c => d` the `c` is no return type, but where another `:` follows. */
    parseConditional(...given: unknown[]) {
      if (labelOf(this) !== "?") return super.parseConditional!(...given);
      const read = () => super.parseConditional!(...given);
      const before = this.#typedArrows;
      const first = this.tryParse!(read) as Tried;
      if (!first.thrown) return first.node;
      if (this.#typedArrows === before || this.#secondReadings++ >= SECOND_READINGS_MAX)
        throw first.error;
      const outside = this.#arrowsHaveNoTypes;
      this.#arrowsHaveNoTypes = true;
      const second = this.tryParse!(read) as Tried;
      this.#arrowsHaveNoTypes = outside;
      if (second.thrown) throw first.error;
      return second.node;
    }

    /** `export { T }` of a type has no declaration that the parser knows; it is erased. */
    checkLocalExport() {}
  }
  return TypeParser as unknown as ParserClass;
}

interface Tried {
  readonly thrown: boolean;
  readonly node: unknown;
  readonly error: unknown;
}

/** The token that a parser stands before. */
const labelOf = (parser: object): string => (parser as { type: { label: string } }).type.label;

export type Goal = "script" | "module";
/** A CommonJS file is the body of a function. */
export type ParseGoal = Goal | "commonjs";

/**
 * Parses, with `await`, `import` and `export` allowed at the top level of a script too, because what
 * runs is made from it. `await` stays a name where a script uses it as one.
 *
 * @throws SourceError with the author's position
 */
export function parse(text: string, language: "js" | "ts", goal: ParseGoal): Syntax {
  try {
    return {
      program: run(language, text, goal, goal !== "commonjs"),
      typescript: language === "ts",
    };
  } catch (error) {
    if (goal === "script" && /\bawait\b/.test(text)) {
      try {
        return { program: run(language, text, goal, false), typescript: language === "ts" };
      } catch {
        // The first reading's error is the one to show.
      }
    }
    throw SourceError.from(error, text);
  }
}

function run(language: "js" | "ts", text: string, goal: ParseGoal, topLevelAwait: boolean): Node {
  const options: Options = {
    ecmaVersion: "latest",
    sourceType: goal === "module" ? "module" : "script",
    allowReturnOutsideFunction: goal === "commonjs",
    allowHashBang: true,
    allowAwaitOutsideFunction: topLevelAwait,
    allowImportExportEverywhere: goal !== "module",
    preserveParens: true,
  };
  if (language === "ts") options.locations = true; // The plugin asks for it.
  return parserOf(language).parse(text, options) as unknown as Node;
}

/**
 * JavaScript if it can be read as such, else TypeScript.
 *
 * @throws SourceError of the reading that came further
 */
export function parseEither(text: string, goal: Goal): Syntax {
  try {
    return parse(text, "js", goal);
  } catch (asJavaScript) {
    try {
      return parse(text, "ts", goal);
    } catch (asTypeScript) {
      const further =
        SourceError.from(asTypeScript, text).offset > SourceError.from(asJavaScript, text).offset;
      throw further ? asTypeScript : asJavaScript;
    }
  }
}
