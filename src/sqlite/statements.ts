import type { Database, SQLQueryBindings, Statement } from "bun:sqlite";

type Compiled<Row> = Statement<Row, SQLQueryBindings[]>;

export type Prepared<Row> = Pick<Compiled<Row>, "get" | "all" | "values" | "run">;

/** Statements of one connection, freed with it. */
export class Statements {
  private readonly all: Statement[] = [];

  constructor(private readonly db: Database) {}

  /**
   * Compiled when it is first run, then kept: a process that runs one file needs few of them.
   *
   * @param sql  Parameters are `?1`, `?2` …
   */
  prepare<Row = unknown>(sql: string): Prepared<Row> {
    let compiled: Compiled<Row> | undefined;
    const statement = (): Compiled<Row> => {
      if (compiled) return compiled;
      compiled = this.db.prepare<Row, SQLQueryBindings[]>(sql);
      this.all.push(compiled);
      return compiled;
    };
    return {
      get: (...values) => (compiled ?? statement()).get(...values),
      all: (...values) => (compiled ?? statement()).all(...values),
      values: (...values) => (compiled ?? statement()).values(...values),
      run: (...values) => (compiled ?? statement()).run(...values),
    };
  }

  /** Without this, closing the connection would leave the file open. */
  finalize(): void {
    for (const statement of this.all) statement.finalize();
  }
}
