import { type Declared, makeRedeclarable } from "./source-declarations.ts";
import { Edits, type PositionShifts } from "./source-edits.ts";
import { SourceError } from "./source-error.ts";
import { importDynamically } from "./source-imports.ts";
import { type Goal, type Node, parse, parseEither, type Syntax } from "./source-syntax.ts";
import { eraseTypes } from "./source-types.ts";
import { isFunction, walk } from "./source-walk.ts";

/** What the engine runs for an author's text. */
export interface Runnable {
  readonly code: string;
  readonly goal: Goal;
  /**
   * A script with top-level `await`: the engine runs it as an asynchronous one, which gives a promise
   * of `{value}` with the completion value.
   */
  readonly async: boolean;
  readonly strict: boolean;
  /** Where columns of `code` are not the author's; lines always are. Small, plain JSON. */
  readonly shifts: PositionShifts | undefined;
  readonly declared: Declared;
  /**
   * Whether the text was read here. When one that was not read fails to compile, the caller prepares it
   * again with `read`: that gives a better error, or finds that it is TypeScript.
   */
  readonly read: boolean;
}

export interface ScriptOptions {
  /** `runtime.strict` of the template. */
  readonly strict?: boolean;
  /** Names that earlier texts of the session declared constant: nextConstants. */
  readonly constants?: readonly string[];
  readonly read?: boolean;
}

/** In strings and comments it costs a parse. */
const USES_META = /\bimport\s*\.\s*meta\b/;

const NOTHING_DECLARED: Declared = { names: [], constants: [] };

/** Words without which a script runs as it is written. In strings and comments they cost a parse. */
const NEEDS_READING = /\b(?:let|const|class|await|import|export)\b/;

/**
 * A snippet as at a prompt. Plain JavaScript runs exactly as written. Text that begins with `{` and does
 * not end with `;` is an object where it can be read as one. What cannot be read as JavaScript is read
 * as TypeScript.
 *
 * @throws SourceError
 */
export function prepareSnippet(text: string, options: ScriptOptions = {}): Runnable {
  if (/^\s*\{/.test(text) && !/;\s*$/.test(text)) {
    const object = asExpression(text);
    if (object) return script(`(${text}\n)`, object, options, 1);
  }
  if (!options.read && runsAsWritten(text, options.constants)) return asWritten(text, options);
  return readScript(text, () => parseEither(text, "script"), options, false);
}

/**
 * A file that runs as a script in the session's global scope; by its name TypeScript or JavaScript. One
 * that exports something is a module, as Node takes it.
 *
 * @throws SourceError
 */
export function prepareScript(text: string, path: string, options: ScriptOptions = {}): Runnable {
  const typescript = isTypeScript(path);
  if (!typescript && !options.read && runsAsWritten(text, options.constants)) {
    return asWritten(text, options);
  }
  return readScript(
    text,
    () => parse(text, typescript ? "ts" : "js", "script"),
    options,
    true,
    path,
  );
}

/** @throws SourceError */
export function prepareModule(text: string, path: string): Runnable {
  const typescript = isTypeScript(path);
  const usesMeta = USES_META.test(text);
  if (!typescript && !usesMeta) return module(text, undefined, false);
  const syntax = parse(text, typescript ? "ts" : "js", "module");
  const edits = new Edits(text);
  if (typescript) eraseTypes(text, syntax.program, edits, false);
  const tail = usesMeta ? replaceMeta(text, syntax.program, edits) : "";
  const { code, shifts } = edits.apply();
  return module(code + tail, shifts, true);
}

/** The wrapper function of a CommonJS file, as the completion value of a script. @throws SourceError */
export function prepareCommonJs(text: string, path: string): Runnable {
  const body = text.startsWith("#!") ? `//${text.slice(2)}` : text;
  const edits = new Edits(body);
  if (isTypeScript(path)) eraseTypes(body, parse(body, "ts", "commonjs").program, edits, false);
  edits.insert(0, "(function (exports, require, module, __filename, __dirname) {");
  const { code, shifts } = edits.apply();
  return {
    code: `${code}\n})`,
    goal: "script",
    async: false,
    strict: false,
    shifts,
    declared: NOTHING_DECLARED,
    read: isTypeScript(path),
  };
}

/** At most so many names are kept: a session declares them by hand. */
const CONSTANTS_MAX = 2000;

/** The constants of a session after a script of it began to run. */
export function nextConstants(
  before: readonly string[],
  { declared }: Runnable,
): readonly string[] {
  if (declared.names.length === 0) return before;
  const names = new Set(declared.names);
  return [...before.filter((name) => !names.has(name)), ...declared.constants].slice(
    -CONSTANTS_MAX,
  );
}

export const isTypeScript = (path: string): boolean => /\.[mc]?ts$/.test(path);

function runsAsWritten(text: string, constants: readonly string[] = []): boolean {
  if (NEEDS_READING.test(text)) return false;
  return constants.length === 0 || !mayAssign(text, new Set(constants));
}

function mayAssign(text: string, constants: ReadonlySet<string>): boolean {
  if (!/=|\+\+|--|\b(?:in|of)\b/.test(text)) return false;
  for (const [name] of text.matchAll(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu)) {
    if (constants.has(name)) return true;
  }
  return false;
}

const asWritten = (code: string, { strict = false }: ScriptOptions): Runnable => ({
  code,
  goal: "script",
  async: false,
  strict,
  shifts: undefined,
  declared: NOTHING_DECLARED,
  read: false,
});

const module = (code: string, shifts: PositionShifts | undefined, read: boolean): Runnable => ({
  code,
  goal: "module",
  async: false,
  strict: true,
  shifts,
  declared: NOTHING_DECLARED,
  read,
});

function asExpression(text: string): Syntax | undefined {
  try {
    const syntax = parse(`(${text}\n)`, "js", "script");
    const [only, second] = syntax.program.body as Node[];
    return only?.type === "ExpressionStatement" && !second ? syntax : undefined;
  } catch {
    return undefined;
  }
}

function readScript(
  text: string,
  read: () => Syntax,
  options: ScriptOptions,
  mayBeModule: boolean,
  path = "",
): Runnable {
  let syntax: Syntax;
  try {
    syntax = read();
  } catch (error) {
    // Nested deeper than the parser's stack: the engine says whether it is a program.
    if (error instanceof SourceError && error.tooDeep)
      return { ...asWritten(text, options), read: true };
    throw error;
  }
  const outward = moduleSyntax(text, syntax);
  if (outward && mayBeModule) return prepareModule(text, path);
  if (outward) {
    throw SourceError.at(
      text,
      outward.start,
      outward.type === "MetaProperty"
        ? "Cannot use 'import.meta' outside a module"
        : "Unexpected token 'export': a snippet has nobody to export to; write it into a module file",
    );
  }
  return script(text, syntax, options, 0);
}

/** What only a module may have: an export that is more than a type, or `import.meta`. */
function moduleSyntax(text: string, { program }: Syntax): Node | undefined {
  const exported = (program.body as Node[]).find((node) =>
    /^Export|^TSExportAssignment/.test(node.type),
  );
  if (exported || !USES_META.test(text)) return exported;
  let meta: Node | undefined;
  walk(program, (node) => {
    if (node.type === "MetaProperty" && node.meta.name === "import") meta ??= node;
    return meta === undefined;
  });
  return meta;
}

/** @param lead Characters that stand before the author's text on its first line. */
function script(text: string, syntax: Syntax, options: ScriptOptions, lead: number): Runnable {
  const { program, typescript } = syntax;
  const edits = new Edits(text);
  const declared = makeRedeclarable(program, edits, new Set(options.constants));
  const imported = importDynamically(text, program, edits, typescript);
  if (typescript) eraseTypes(text, program, edits, true);
  const { code, shifts } = edits.apply();
  return {
    code,
    goal: "script",
    async: imported.count > 0 || (/\bawait\b/.test(text) && awaits(program)),
    strict: options.strict ?? false,
    shifts: lead === 0 ? shifts : [1, lead + 1, 1, 0],
    declared: { names: [...declared.names, ...imported.names], constants: declared.constants },
    read: true,
  };
}

/** Whether something is awaited at the top level. */
function awaits(program: Node): boolean {
  let found = false;
  walk(program, (node) => {
    if (found || isFunction(node)) return false;
    found = node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await);
    return !found;
  });
  return found;
}

/**
 * The engine's `import.meta` is empty. A name of the same length takes its place, bound by an import
 * behind the last line, so that no position changes. Modules answer META_SPECIFIER for each importer.
 *
 * @returns What to append.
 */
function replaceMeta(text: string, program: Node, edits: Edits): string {
  let name = "import_meta";
  for (let i = 0; text.includes(name); i++) name = `import${i.toString(36).padStart(5, "_")}`;
  let found = false;
  walk(program, (node) => {
    if (node.type !== "MetaProperty" || node.meta.name !== "import") return;
    found = true;
    const lineEnds = text.slice(node.start, node.end).replace(/[^\n]/g, "");
    edits.replace(node.start, node.end, name.padEnd(node.end - node.start - lineEnds.length));
  });
  return found ? `\nimport ${name} from ${JSON.stringify(META_SPECIFIER)};` : "";
}

/** Where a module finds its own `import.meta`. */
export const META_SPECIFIER = "vm:meta";
