import { constants } from "node:sqlite";

const C = constants;

/**
 * What a guest's SQL may do: an allow-list. SQLite asks while it compiles a statement and, for some,
 * while it runs one; what is not listed here is refused.
 */
const ALLOWED = new Set<number>([
  C.SQLITE_CREATE_INDEX,
  C.SQLITE_CREATE_TABLE,
  C.SQLITE_CREATE_TEMP_INDEX,
  C.SQLITE_CREATE_TEMP_TABLE,
  C.SQLITE_CREATE_TEMP_TRIGGER,
  C.SQLITE_CREATE_TEMP_VIEW,
  C.SQLITE_CREATE_TRIGGER,
  C.SQLITE_CREATE_VIEW,
  C.SQLITE_DELETE,
  C.SQLITE_DROP_INDEX,
  C.SQLITE_DROP_TABLE,
  C.SQLITE_DROP_TEMP_INDEX,
  C.SQLITE_DROP_TEMP_TABLE,
  C.SQLITE_DROP_TEMP_TRIGGER,
  C.SQLITE_DROP_TEMP_VIEW,
  C.SQLITE_DROP_TRIGGER,
  C.SQLITE_DROP_VIEW,
  C.SQLITE_INSERT,
  C.SQLITE_READ,
  C.SQLITE_SELECT,
  C.SQLITE_TRANSACTION,
  C.SQLITE_UPDATE,
  C.SQLITE_ALTER_TABLE,
  C.SQLITE_REINDEX,
  C.SQLITE_ANALYZE,
  C.SQLITE_DROP_VTABLE,
  C.SQLITE_SAVEPOINT,
  C.SQLITE_RECURSIVE,
]);

const ONLY_READ = new Set<number>([
  C.SQLITE_READ,
  C.SQLITE_SELECT,
  C.SQLITE_FUNCTION,
  C.SQLITE_RECURSIVE,
  C.SQLITE_TRANSACTION,
  C.SQLITE_SAVEPOINT,
]);

/** Virtual tables that keep all they have in the database itself. */
const VIRTUAL_TABLES = new Set(["fts3", "fts4", "fts5", "rtree", "rtree_i32", "geopoly"]);

const REFUSED_FUNCTIONS = new Set(["load_extension", "fts3_tokenizer"]);

/** Told of a database, never told to it, unless the value is a name of a table or an index. */
const READ_PRAGMAS = new Set([
  "application_id",
  "auto_vacuum",
  "collation_list",
  "compile_options",
  "data_version",
  "encoding",
  "foreign_key_check",
  "foreign_key_list",
  "foreign_keys",
  "freelist_count",
  "function_list",
  "index_info",
  "index_list",
  "index_xinfo",
  "integrity_check",
  "journal_mode",
  "module_list",
  "page_count",
  "page_size",
  "pragma_list",
  "quick_check",
  "recursive_triggers",
  "schema_version",
  "synchronous",
  "table_info",
  "table_list",
  "table_xinfo",
  "user_version",
]);

/** Those above that take such a name, or a bound on what they report. */
const NAMING_PRAGMAS = new Set([
  "foreign_key_check",
  "foreign_key_list",
  "index_info",
  "index_list",
  "index_xinfo",
  "integrity_check",
  "quick_check",
  "table_info",
  "table_list",
  "table_xinfo",
]);

/** May be set: they reach nothing but the guest's own database. */
const WRITE_PRAGMAS = new Set([
  "application_id",
  "auto_vacuum",
  "case_sensitive_like",
  "defer_foreign_keys",
  "encoding",
  "foreign_keys",
  "incremental_vacuum",
  "journal_mode",
  "optimize",
  "recursive_triggers",
  "synchronous",
  "user_version",
  "wal_checkpoint",
]);

export class Authorizer {
  /** Whether a statement was allowed that can change the database. Reset by whoever looks. */
  mayHaveWritten = false;
  /** Set by the connection while a VACUUM runs, which attaches a nameless scratch database. */
  isVacuuming = false;

  readonly decide = (code: number, first: string | null, second: string | null): number => {
    if (!this.#allows(code, first, second)) return C.SQLITE_DENY;
    const isTold = code === C.SQLITE_PRAGMA && second === null;
    if (!ONLY_READ.has(code) && !isTold) this.mayHaveWritten = true;
    return C.SQLITE_OK;
  };

  #allows(code: number, first: string | null, second: string | null): boolean {
    switch (code) {
      case C.SQLITE_FUNCTION:
        return second !== null && !REFUSED_FUNCTIONS.has(second.toLowerCase());
      case C.SQLITE_PRAGMA:
        return this.isVacuuming || allowsPragma((first ?? "").toLowerCase(), second);
      case C.SQLITE_CREATE_VTABLE:
        return VIRTUAL_TABLES.has((second ?? "").toLowerCase());
      case C.SQLITE_ATTACH:
        return this.isVacuuming && first === "";
      case C.SQLITE_DETACH:
        return this.isVacuuming;
      default:
        return ALLOWED.has(code);
    }
  }
}

function allowsPragma(name: string, value: string | null): boolean {
  if (value === null) return READ_PRAGMAS.has(name) || WRITE_PRAGMAS.has(name);
  return NAMING_PRAGMAS.has(name) || WRITE_PRAGMAS.has(name);
}
