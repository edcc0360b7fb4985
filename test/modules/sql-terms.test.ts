import { describe, expect, test } from "bun:test";
import { sqlTreeBytes } from "../../src/modules/sql-terms.ts";

const TERM_BYTES = 288;
const MANY = 100_000;

describe("what SQLite may take to read a statement", () => {
  const counted: readonly [what: string, sql: string, terms: number][] = [
    ["a list of columns", `select ${"1,".repeat(MANY)}1`, MANY + 2],
    ["columns of all tables", `select ${"*,".repeat(MANY)}* from t`, MANY + 4],
    ["strings", `select ${"'a''b',".repeat(MANY)}1`, 2 * MANY + 2],
    ["parameters", `select 1 in (${"?,".repeat(MANY)}:a)`, MANY + 4],
    ["rows", `insert into t values(1,2)${",(1,2)".repeat(MANY)}`, 2 * MANY + 6],
    ["one long string", `select '${"1,".repeat(MANY)}'`, 2],
    ["a comment", `select /*${"1,".repeat(MANY)}*/ 1`, 2],
    ["a comment without an end", `select 1 --${"1,".repeat(MANY)}`, 2],
    ["the first of several", `select 1; select ${"1,".repeat(MANY)}1`, 2],
    ["a trigger", `create temp trigger g begin ${"select 1;".repeat(MANY)} end`, 2 * MANY + 6],
    ["what is short", "select 1,2,3", 0],
  ];

  test.each(counted)("%s", (_, sql, terms) => {
    expect(sqlTreeBytes(sql)).toBe(terms * TERM_BYTES);
  });
});
