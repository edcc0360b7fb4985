import type { Database, SQLQueryBindings, Statement } from "bun:sqlite";

/** Compiles statements of one connection, and frees them with it. */
export class Statements {
  private readonly all: Statement[] = [];

  constructor(private readonly db: Database) {}

  /** Parameters are `?1`, `?2` … */
  prepare<Row = unknown>(sql: string): Statement<Row, SQLQueryBindings[]> {
    const statement = this.db.prepare<Row, SQLQueryBindings[]>(sql);
    this.all.push(statement);
    return statement;
  }

  /** Without this, closing the connection would leave the file open. */
  finalize(): void {
    for (const statement of this.all) statement.finalize();
  }
}
