import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { LIMITS } from "../core/limits.ts";
import { Authorizer } from "./database-authorizer.ts";
import { ModuleError, type ModuleValue } from "./module.ts";
import { sqlTreeBytes } from "./sql-terms.ts";

/** Waits for a lock that somebody else holds on the file. */
const BUSY_TIMEOUT_MS = 5000;
/** Of each value beyond its text or bytes: its part of the row, here and as JSON and in the guest's heap. */
const VALUE_BYTES = 48;

/** Compiled statements that are kept: more than a script runs in a loop. */
const KEPT_STATEMENTS_MAX = 32;
/** Longer texts are rarely run again, and would be held. */
const KEPT_SQL_CHARS_MAX = 4096;

interface KeptStatement {
  readonly statement: StatementSync;
  readonly mayWrite: boolean;
  readonly parameters: number | undefined;
}

/** Most statements are shorter. */
const NEAR_SQL_CHARS = 4096;

export interface ConnectionBounds {
  /** Of an in-memory database, of one result, of one value. */
  readonly memoryBytesMax: number;
  /** ModuleContext.assertRoom */
  assertRoom(bytes: number): void;
}

export interface ExecResult {
  readonly rowsAffected: number;
  readonly lastInsertId: number | bigint;
}

/**
 * One guest database. SQLite runs in this process and cannot be interrupted: a statement that does not
 * end is ended by killing the worker.
 */
export class Connection implements Disposable {
  readonly #database: DatabaseSync;
  readonly #authorizer = new Authorizer();
  readonly #totalChanges: StatementSync;
  readonly #bounds: ConnectionBounds;
  /** By the whole text of a call, the latest used last. */
  readonly #kept = new Map<string, KeptStatement>();

  /** @param path Absolute, without links; or `:memory:`. @param image What `snapshot()` gave. */
  constructor(path: string, readOnly: boolean, bounds: ConnectionBounds, image?: Uint8Array) {
    this.#bounds = bounds;
    this.#database = new DatabaseSync(path, {
      readOnly,
      allowExtension: false,
      defensive: true,
      enableForeignKeyConstraints: true,
      enableDoubleQuotedStringLiterals: true,
      timeout: BUSY_TIMEOUT_MS,
      limits: {
        length: Math.min(bounds.memoryBytesMax, LIMITS.fileBytesMax),
        sqlLength: LIMITS.sourceBytesMax,
        // VACUUM needs one; ATTACH itself is refused by the authorizer.
        attach: 1,
        // A longer pattern can take a LIKE beyond any time limit.
        likePatternLength: 1000,
      },
    });
    try {
      if (image !== undefined) this.#database.deserialize(image);
      this.#bound(path === ":memory:" ? bounds.memoryBytesMax : LIMITS.writtenFileBytesMax);
      this.#totalChanges = this.#database.prepare("SELECT total_changes() AS n");
      this.#database.setAuthorizer(this.#authorizer.decide);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** No temporary files, and a size that neither the database nor its temporary tables pass. */
  #bound(bytesMax: number): void {
    this.#database.exec("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF");
    const { page_size: pageBytes } = this.#database.prepare("PRAGMA page_size").get() as {
      page_size: number;
    };
    const pages = (bytes: number) => Math.max(1, Math.floor(bytes / pageBytes));
    this.#database.exec(`PRAGMA main.max_page_count = ${pages(bytesMax)}`);
    const temporaryPages = pages(this.#bounds.memoryBytesMax);
    this.#database.exec(`PRAGMA temp.max_page_count = ${temporaryPages}`);
  }

  /** Rows of one statement. */
  query(sql: string, args: readonly SQLInputValue[]): ModuleValue[] {
    const statements = [...this.#statements(sql, args)];
    if (statements.length > 1)
      throw new ModuleError("query takes one statement; exec takes several");
    return statements.flatMap((statement) => this.#rows(statement, args));
  }

  /** Runs every statement of the text; what counts is the last one's result. */
  exec(sql: string, args: readonly SQLInputValue[]): ExecResult {
    let result: ExecResult = { rowsAffected: 0, lastInsertId: 0 };
    for (const statement of this.#statements(sql, args)) {
      const before = this.#changes();
      this.#authorizer.isVacuuming = isVacuum(statement.sourceSQL);
      try {
        const { changes, lastInsertRowid } = statement.run(...args);
        const changed = this.#changes() !== before;
        result = {
          rowsAffected: changed ? Number(changes) : 0,
          lastInsertId: narrow(lastInsertRowid),
        };
      } finally {
        this.#authorizer.isVacuuming = false;
      }
    }
    return result;
  }

  /** Compiles one after another, each when the one before has run. */
  *#statements(sql: string, args: readonly SQLInputValue[]): Generator<StatementSync> {
    const kept = this.#takeKept(sql);
    if (kept) {
      assertCount(kept.parameters, args.length);
      yield kept.statement;
      return;
    }
    if (sql.includes("\0")) throw new ModuleError("SQL text contains a NUL character");
    let rest = skipBlank(sql.toWellFormed());
    while (rest !== "") {
      const isFirst = rest.length === sql.length;
      const compiled = this.#compileNear(rest) ?? this.#compile(rest);
      const { statement, parameters } = compiled;
      rest = skipBlank(rest.slice(statement.sourceSQL.length));
      if (isFirst && rest === "") this.#keep(sql, compiled);
      if (rest !== "" && args.length > 0) {
        throw new ModuleError("arguments are for one statement; the text holds several");
      }
      assertCount(parameters, args.length);
      statement.setReadBigInts(true);
      yield statement;
    }
  }

  /**
   * The first statement of a long text, where it ends soon: SQLite is given that part alone, for it copies
   * all that it is given for each of a dump's thousands of statements.
   *
   * @returns undefined when it takes the whole text to know: the part holds no whole statement, or a
   *   comment or text is cut off, or it is wrong.
   */
  #compileNear(sql: string): KeptStatement | undefined {
    if (sql.length <= NEAR_SQL_CHARS) return undefined;
    try {
      const compiled = this.#compile(sql.slice(0, NEAR_SQL_CHARS));
      // It has ended before the cut, so that what comes behind makes no difference.
      return compiled.statement.sourceSQL.length < NEAR_SQL_CHARS ? compiled : undefined;
    } catch {
      return undefined;
    }
  }

  #compile(sql: string): KeptStatement {
    const treeBytes = sqlTreeBytes(sql);
    if (treeBytes > 0) this.#bounds.assertRoom(treeBytes);
    const authorizer = this.#authorizer;
    const hadWritten = authorizer.mayHaveWritten;
    authorizer.mayHaveWritten = false;
    try {
      const statement = this.#database.prepare(sql);
      const parameters = parametersOf(statement.sourceSQL);
      return { statement, mayWrite: authorizer.mayHaveWritten, parameters };
    } finally {
      authorizer.mayHaveWritten ||= hadWritten;
    }
  }

  /** The authorizer was asked when it was compiled; what it found then holds again. */
  #takeKept(sql: string): KeptStatement | undefined {
    const kept = this.#kept.get(sql);
    if (!kept) return undefined;
    this.#kept.delete(sql);
    this.#kept.set(sql, kept);
    this.#authorizer.mayHaveWritten ||= kept.mayWrite;
    return kept;
  }

  #keep(sql: string, kept: KeptStatement): void {
    if (sql.length > KEPT_SQL_CHARS_MAX || isVacuum(sql)) return;
    this.#kept.set(sql, kept);
    if (this.#kept.size <= KEPT_STATEMENTS_MAX) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      break;
    }
  }

  #rows(statement: StatementSync, args: readonly SQLInputValue[]): ModuleValue[] {
    const rows: ModuleValue[] = [];
    let bytes = 0;
    for (const row of statement.iterate(...args)) {
      // The guest names the columns, `__proto__` too.
      const copy: Record<string, ModuleValue> = Object.create(null);
      for (const [name, value] of Object.entries(row)) {
        copy[name] = narrow(value as ModuleValue);
        bytes += VALUE_BYTES + name.length + sizeOf(value);
      }
      rows.push(copy);
      if (rows.length > LIMITS.resultRowsMax || bytes > this.#bounds.memoryBytesMax) {
        throw new ModuleError("query result is too large; add a LIMIT or select less", {
          code: "ERR_RESULT_TOO_LARGE",
        });
      }
    }
    return rows;
  }

  #changes(): unknown {
    return this.#totalChanges.get()?.n;
  }

  /** Ends a transaction that the guest left open, undone. */
  endTransaction(): void {
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
  }

  /** Whether anything may have been written since the last `snapshot()`. */
  get changed(): boolean {
    return this.#authorizer.mayHaveWritten;
  }

  /** The whole database as the bytes of a file. */
  snapshot(): Uint8Array {
    const image = this.#database.serialize();
    // Serializing asks the authorizer too.
    this.#authorizer.mayHaveWritten = false;
    return image;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** One at a time: a pattern of all of them would remember each. */
const BLANK = /[\s;]+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$)/y;

function skipBlank(sql: string): string {
  let at = 0;
  for (BLANK.lastIndex = 0; BLANK.test(sql); ) at = BLANK.lastIndex;
  return sql.slice(at);
}

/**
 * Strings, quoted names and comments; then parameters. A string with a doubled quote counts as two: a
 * pattern that knew of it would remember each unit of a long one.
 */
const SQL_PARTS =
  /'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\?\d*|[:@$]\w+/g;

/** How many `?` a statement has; undefined where parameters have numbers or names. */
function parametersOf(sql: string): number | undefined {
  let count = 0;
  for (const [part] of sql.matchAll(SQL_PARTS)) {
    if (part === "?") count++;
    else if (/^[?:@$]/.test(part)) return undefined;
  }
  return count;
}

/** SQLite would take NULL for each that is missing. */
function assertCount(parameters: number | undefined, given: number): void {
  if (parameters === undefined || parameters === given) return;
  const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  throw new ModuleError(
    `the statement has ${counted(parameters, "parameter")} and was given ${counted(given, "argument")}`,
    { code: "ERR_OUT_OF_RANGE" },
    "RangeError",
  );
}

const isVacuum = (sql: string) => /^vacuum\b(?![\s\S]*\binto\b)/i.test(sql);

function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length * 2;
  return value instanceof Uint8Array ? value.length : 0;
}

/** Integers are numbers as long as a number holds them exactly, else bigints. */
function narrow<T>(value: T): T | number {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
