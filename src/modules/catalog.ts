/** A native module as clients are told of it. */
export interface NativeModule {
  readonly id: string;
  readonly name: string;
  readonly kind: "native";
  readonly description: string;
  readonly functions: readonly string[];
  readonly config: Readonly<Record<string, unknown>>;
}

const native = (id: string, description: string, functions: readonly string[]): NativeModule => ({
  id,
  name: id,
  kind: "native",
  description,
  functions,
  config: {},
});

/** In the order in which clients see them. */
export const MODULE_CATALOG: readonly NativeModule[] = [
  native("fs", "Files of the worktree: Node's names and shapes, synchronous, nothing outside it", [
    "readFileSync",
    "writeFileSync",
    "appendFileSync",
    "existsSync",
    "statSync",
    "lstatSync",
    "readdirSync",
    "mkdirSync",
    "rmSync",
    "unlinkSync",
    "rmdirSync",
    "renameSync",
    "copyFileSync",
  ]),
  native("exec", "Programs, run in the worktree without a shell and with a clean environment", [
    "run",
  ]),
  native("database", "SQLite: a file of the worktree or :memory:, one connection per session", [
    "configure",
    "query",
    "exec",
    "close",
  ]),
];
