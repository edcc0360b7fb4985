import { expect, test } from "bun:test";
import { createLogger, type LoggerOptions } from "../../src/daemon/logger.ts";

function logged(options: Partial<LoggerOptions>) {
  const lines: string[] = [];
  const logger = createLogger({
    level: "info",
    format: "json",
    colours: false,
    write: (line) => lines.push(line),
    ...options,
  });
  return { logger, lines };
}

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

test("JSON: one object on one line for each entry at or above the level", () => {
  const { logger, lines } = logged({ level: "warn" });
  logger.debug("no");
  logger.info("no");
  logger.warn("first\nline", { status: 503, absent: undefined });
  logger.error("second");
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { time: TIME, level: "warn", message: "first\nline", status: 503 },
    { time: TIME, level: "error", message: "second" },
  ]);
  expect(lines.every((line) => line.indexOf("\n") === line.length - 1)).toBe(true);
});

test("text: values cannot pass for other fields or lines", () => {
  const { logger, lines } = logged({ format: "text" });
  logger.info("a\nb\u001b[31m", { path: "/x", said: 'x" level=error', n: 1, list: [1] });
  expect(lines.join("").slice(13)).toBe(
    'info  a\\nb\\u001b[31m  path=/x said="x\\" level=error" n=1 list="[1]"\n',
  );
});

test("text: no control character reaches a terminal, nor one that JSON lets pass", () => {
  const { logger, lines } = logged({ format: "text" });
  logger.info("a\x9b2J\x7f", { stderr: "b\x9b2J\u2028c\x1b" });
  expect(lines.join("").slice(13)).toBe(
    'info  a\\u009b2J\\u007f  stderr="b\\u009b2J\\u2028c\\u001b"\n',
  );
});

test("secrets are not written", () => {
  const { logger, lines } = logged({});
  logger.error("refused", {
    Authorization: "Bearer abc",
    idempotency_key: "abc",
    api_token: "abc",
  });
  expect(lines.join("")).not.toContain("abc");
});

test("errors are written with their stack, and bounded", () => {
  const { logger, lines } = logged({});
  logger.error("bug", { error: new TypeError("no such thing"), huge: "x".repeat(100_000) });
  expect(JSON.parse(lines[0]!).error).toStartWith("TypeError: no such thing\n    at ");
  expect(lines[0]!.length).toBeLessThan(20_000);
});
