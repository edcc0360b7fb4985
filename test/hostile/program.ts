import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";

const PROGRAMS = join(import.meta.dir, "programs");

/** What is left of the session afterwards. */
export type ExpectedState = "kept" | "before" | "unrun" | "any";

/**
 * One hostile program and what must be seen of it. It begins with comment lines `// key: value`:
 *
 * - `expect`: `status`, `http` (else 201), `code`, `limit`, each with its alternatives: `a|b`
 * - `preview`, `message`, `console`: exact text of the result, the error, one console line; or /regex/
 * - `state`: kept, before (rolled back), unrun (never compiled), any; else as the contract says
 * - `then`: `code => preview` in the same session afterwards; `code => error message` (repeatable)
 * - `modules`, `limits`: of its template; what is not named has the limits below, by what is expected
 * - `kind`: repl (else), startup; `as`: the name of the file that it is run as
 * - `source`: an expression that gives the program's text, in place of what follows
 * - `file`: `name => text` of a further file (repeatable); `before`: a shell line that prepares the
 *   worktree; `beside`: one that runs as long as the program does
 *
 * In the text, {{OUTSIDE}} is a folder that nobody may touch; {{PID}} and {{PORT}} are the daemon's.
 */
export interface HostileProgram {
  /** family/name. */
  readonly name: string;
  readonly family: string;
  readonly text: string;
  /** Whether the text may begin with a statement that marks the session. */
  readonly marks: boolean;
  readonly expect: Readonly<Record<string, readonly string[]>>;
  readonly preview: string | undefined;
  readonly message: string | undefined;
  readonly console: string | undefined;
  readonly state: ExpectedState | undefined;
  readonly afterwards: readonly (readonly [code: string, preview: string])[];
  readonly modules: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  readonly kind: "repl" | "startup";
  readonly file: string | undefined;
  readonly files: readonly (readonly [name: string, text: string])[];
  readonly before: string | undefined;
  readonly beside: string | undefined;
}

/** Small, so that the corpus is quick; a program that needs more says so. */
const USUAL_LIMITS = { cpu_ms: 150, mem_mb: 32 };
/** Of a program that is to end by itself, on whatever machine. */
const ENDING_CPU_MS = 3000;
/** Beyond cpu_ms, unless a program says its own wall_ms: for a machine that is busy with other things. */
const WALL_SPARE_MS = 20_000;

const KEYS = new Set(
  "expect preview message console state then modules limits kind as source file before beside".split(
    " ",
  ),
);

/** All of them, in the order of their names. */
export function readPrograms(filter: string | undefined): HostileProgram[] {
  const files = readdirSync(PROGRAMS, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".js"))
    .map((file) => relative(PROGRAMS, join(PROGRAMS, file)).slice(0, -".js".length))
    .filter((name) => filter === undefined || name.includes(filter))
    .sort()
    .map((name) => parse(name, readFileSync(join(PROGRAMS, `${name}.js`), "utf8")));
}

function parse(name: string, text: string): HostileProgram {
  const header = headerOf(name, text);
  const one = (key: string) => header.get(key)?.[0];
  const pairs = (key: string) => (header.get(key) ?? []).map((line) => splitLast(name, line));
  const source = one("source");
  const file = one("as");
  const expect = Object.fromEntries(
    words(one("expect")).map((word): [string, string[]] => {
      const [key = "", values = ""] = word.split("=");
      return [key, values.split("|")];
    }),
  );
  const kind = one("kind") ?? "repl";
  if (kind !== "repl" && kind !== "startup") throw new Error(`${name}: unknown kind ${kind}`);
  if (!one("expect")) throw new Error(`${name} says nothing that is expected`);
  return {
    name,
    family: name.slice(0, -basename(name).length - 1),
    text: source === undefined ? text : String(new Function(`return ${source}`)()),
    marks: source === undefined,
    expect,
    preview: one("preview"),
    message: one("message"),
    console: one("console"),
    state: one("state") as ExpectedState | undefined,
    afterwards: pairs("then"),
    modules: words(one("modules")),
    limits: limitsOf(words(one("limits")), expect.status?.includes("timeout") === false),
    kind,
    file,
    files: (header.get("file") ?? []).map((line): [string, string] => {
      const at = line.indexOf(" => ");
      return [line.slice(0, at), line.slice(at + 4)];
    }),
    before: one("before"),
    beside: one("beside"),
  };
}

/** Comment lines up to the first line that is none; those without a known key are prose. */
function headerOf(name: string, text: string): Map<string, string[]> {
  const header = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    if (!line.startsWith("//")) break;
    const match = /^\/\/ ([a-z_]+): (.*)$/.exec(line);
    if (!match?.[1] || match[2] === undefined) continue;
    if (!KEYS.has(match[1])) throw new Error(`${name}: unknown key ${match[1]}`);
    const values = header.get(match[1]) ?? [];
    header.set(match[1], [...values, match[2]]);
  }
  return header;
}

function limitsOf(given: readonly string[], ends: boolean): Record<string, number> {
  const limits: Record<string, number> = { ...USUAL_LIMITS };
  if (ends) limits.cpu_ms = ENDING_CPU_MS;
  for (const word of given) {
    const [key = "", value] = word.split("=");
    limits[key] = Number(value);
  }
  return { wall_ms: (limits.cpu_ms ?? 0) + WALL_SPARE_MS, ...limits };
}

function splitLast(name: string, line: string): [string, string] {
  const at = line.lastIndexOf(" => ");
  if (at < 0) throw new Error(`${name}: no => in ${line}`);
  return [line.slice(0, at), line.slice(at + 4)];
}

const words = (text: string | undefined): string[] => text?.split(" ").filter(Boolean) ?? [];
