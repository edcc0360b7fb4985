/** SQLite's syntax tree, at most, for each term of a statement: 137 bytes in a list of columns, 286 behind IN. */
const TERM_BYTES = 288;

/** Of a shorter text nothing can become too much. */
const SHORT_SQL_CHARS = 64 * 1024;

/** Strings, quoted names and comments by what begins them, and what ends them. */
const ENDS: Readonly<Record<string, string>> = {
  "'": "'",
  '"': '"',
  "`": "`",
  "[": "]",
  "--": "\n",
  "/*": "*/",
};

/**
 * Bytes that SQLite may take to read the first statement of a text: it keeps all of a statement's terms
 * before it counts them, and cannot be stopped meanwhile. Read in one go, without a list of them.
 */
export function sqlTreeBytes(sql: string): number {
  if (sql.length < SHORT_SQL_CHARS) return 0;
  // A trigger holds statements, which end as itself does.
  const isTrigger = /^(?:explain\s+(?:query\s+plan\s+)?)?create\s+(?:temp(?:orary)?\s+)?trigger\b/i;
  const endsAtSemicolon = !isTrigger.test(sql);
  let terms = 0;
  for (let at = 0; at < sql.length; ) {
    const code = sql.charCodeAt(at);
    if (isWordUnit(code)) {
      terms++;
      while (at < sql.length && isWordUnit(sql.charCodeAt(at))) at++;
      continue;
    }
    const begin = beginOf(sql, at);
    if (begin !== undefined) {
      if (begin.length === 1) terms++;
      const end = sql.indexOf(ENDS[begin]!, at + begin.length);
      if (end < 0) break;
      at = end + ENDS[begin]!.length;
      continue;
    }
    if (code === SEMICOLON && endsAtSemicolon) break;
    if (code === STAR || code === QUESTION) terms++;
    at++;
  }
  return terms * TERM_BYTES;
}

const SEMICOLON = 0x3b;
const STAR = 0x2a;
const QUESTION = 0x3f;

/** Letters, digits, and what is taken for them; also what a parameter begins with. */
const isWordUnit = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) ||
  code === 0x5f ||
  code === 0x24 ||
  code === 0x40 ||
  code >= 0x80;

function beginOf(sql: string, at: number): string | undefined {
  const one = sql[at] as string;
  if (one in ENDS) return one;
  const two = sql.slice(at, at + 2);
  return two in ENDS ? two : undefined;
}
