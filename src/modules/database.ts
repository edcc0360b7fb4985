import type { Stats } from "node:fs";
import { posix } from "node:path";
import type { SQLInputValue } from "node:sqlite";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { LIMITS } from "../core/limits.ts";
import { invalidArgument, isOptions, stringOf } from "./arguments.ts";
import { Connection, type ExecResult } from "./database-connection.ts";
import { FileFailure } from "./file-failure.ts";
import { type FileTree, splitEntry } from "./file-tree.ts";
import { guarded } from "./fs-error.ts";
import { type HostModule, type ModuleContext, ModuleError, type ModuleValue } from "./module.ts";
import { openTree } from "./open-tree.ts";

const MEMORY = ":memory:";
const NOT_CONFIGURED = "database not configured, call require('database').configure(...) first";

/** `require('database')`: one SQLite connection of the session, to a file of the worktree or to memory. */
export function createDatabaseModule(context: ModuleContext): HostModule {
  return new SessionDatabase(context);
}

/** What goes on in another worker: a file is opened again by its path, memory is filled again. */
interface State {
  readonly dataSource: string;
  /** An in-memory database as SQLite's file format, deflated, in base64. */
  readonly image?: string;
}

class SessionDatabase implements HostModule {
  readonly name = "database";
  readonly functions = ["configure", "query", "exec", "close"];
  readonly #context: ModuleContext;
  #state: State | undefined;
  /** Undefined although there is a source: not opened in this worker yet. */
  #connection: Connection | undefined;

  constructor(context: ModuleContext) {
    this.#context = context;
    this.#state = parseState(context.initialState);
  }

  call(fn: string, [first, ...rest]: readonly ModuleValue[]): ModuleValue {
    switch (fn) {
      case "configure":
        return this.#configure(first, rest[0]);
      case "query": {
        const sql = stringOf("sql", first);
        return guest(() => this.#open().query(sql, flatten(rest)));
      }
      case "exec": {
        const sql = stringOf("sql", first);
        const result: ExecResult = guest(() => this.#open().exec(sql, flatten(rest)));
        return { success: true, ...result };
      }
      case "close":
        this.dispose();
        this.#state = undefined;
        return undefined;
      default:
        throw new ModuleError(`database.${fn} is not a function`);
    }
  }

  #configure(driver: ModuleValue, dataSource: ModuleValue): undefined {
    const name = stringOf("driver", driver).toLowerCase();
    if (name !== "sqlite3" && name !== "sqlite") {
      throw new ModuleError(`unsupported database driver '${name}', use sqlite3`);
    }
    const source = stringOf("dataSource", dataSource);
    if (source === "") throw new ModuleError("the data source is empty: give a path, or :memory:");
    // The old connection goes only when the new one is there.
    const connection = guest(() => this.#connect({ dataSource: source }));
    this.dispose();
    this.#connection = connection;
    this.#state = { dataSource: source };
  }

  #open(): Connection {
    if (this.#state === undefined) throw new ModuleError(NOT_CONFIGURED);
    this.#connection ??= this.#connect(this.#state);
    return this.#connection;
  }

  #connect({ dataSource, image }: State): Connection {
    const bounds = {
      memoryBytesMax: Math.min(this.#context.memoryBytesMax, LIMITS.fileBytesMax),
      assertRoom: (bytes: number) => this.#context.assertRoom(bytes),
    };
    if (dataSource === MEMORY) {
      const bytes = image === undefined ? undefined : unpack(image, bounds.memoryBytesMax);
      return new Connection(MEMORY, false, bounds, bytes);
    }
    const path = guarded("open", dataSource, () => locate(this.#context.worktreePath, dataSource));
    return new Connection(path, this.#context.readOnly, bounds);
  }

  state(): string | undefined {
    this.#connection?.endTransaction();
    if (this.#state === undefined) return undefined;
    if (this.#state.dataSource === MEMORY && this.#connection?.changed === true) {
      this.#state = { dataSource: MEMORY, image: pack(this.#connection.snapshot()) };
    }
    return JSON.stringify(this.#state);
  }

  dispose(): void {
    this.#connection?.[Symbol.dispose]();
    this.#connection = undefined;
  }
}

/** A session may come from a file that somebody sent: what does not read as a state is none. */
function parseState(text: string | undefined): State | undefined {
  if (text === undefined) return undefined;
  try {
    const { dataSource, image } = JSON.parse(text) as Record<string, unknown>;
    if (typeof dataSource !== "string") return undefined;
    return typeof image === "string" ? { dataSource, image } : { dataSource };
  } catch {
    return undefined;
  }
}

/** The fastest level: most of a small database is zeros, and large ones should not be waited for. */
const pack = (image: Uint8Array) => deflateRawSync(image, { level: 1 }).toString("base64");

function unpack(image: string, bytesMax: number): Uint8Array {
  try {
    return inflateRawSync(Buffer.from(image, "base64"), { maxOutputLength: bytesMax });
  } catch {
    throw new ModuleError("the in-memory database of this session cannot be put back");
  }
}

/**
 * The absolute path of a database file, links resolved. SQLite opens by path and refuses a link at its
 * end, also for its journal; that no folder on the way is exchanged is the kernel's to keep.
 *
 * @throws FileFailure
 */
function locate(worktreePath: string, source: string): string {
  using tree = openTree(worktreePath);
  const path = tree.resolve(source);
  const { folder } = splitEntry(path);
  if (!tree.stat(folder, true).isDirectory()) throw new FileFailure("ENOTDIR");
  for (const name of [path, `${path}-journal`, `${path}-wal`, `${path}-shm`]) {
    const stats = entryStats(tree, name);
    if (stats !== undefined && !stats.isFile()) throw new FileFailure("EACCES");
  }
  return posix.join(worktreePath, path);
}

function entryStats(tree: FileTree, path: string): Stats | undefined {
  try {
    return tree.stat(path, false);
  } catch (error) {
    if (error instanceof FileFailure && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Array arguments are flattened one level. */
function flatten(args: readonly ModuleValue[]): SQLInputValue[] {
  return args
    .flatMap((arg): readonly ModuleValue[] => (Array.isArray(arg) ? arg : [arg]))
    .map(bind);
}

function bind(value: ModuleValue, index: number): SQLInputValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint")
    return value;
  if (value instanceof Uint8Array) return value;
  const what = isOptions(value) ? "an object" : "an array in an array";
  throw invalidArgument(`args[${index}]`, `a value that SQLite holds, not ${what}`, value);
}

/** SQLite's errors with their text and number; nothing else of the host. */
function guest<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof ModuleError) throw error;
    const { message, code, errcode, errstr } = error as Error & Record<string, unknown>;
    if (code === "ERR_SQLITE_ERROR") {
      throw new ModuleError(message, {
        code,
        ...(typeof errcode === "number" ? { errcode } : {}),
        ...(typeof errstr === "string" ? { errstr } : {}),
      });
    }
    if (code === "ERR_INVALID_ARG_VALUE" || code === "ERR_OUT_OF_RANGE") {
      throw new ModuleError(message, { code }, "RangeError");
    }
    throw error;
  }
}
