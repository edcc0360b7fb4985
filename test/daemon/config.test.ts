import { describe, expect, test } from "bun:test";
import { availableParallelism } from "node:os";
import {
  ConfigError,
  DAEMON_OPTIONS,
  type DaemonConfig,
  type DaemonOption,
  environmentName,
  readConfig,
} from "../../src/daemon/config.ts";

const DEFAULTS: DaemonConfig = {
  listen: { hostname: "127.0.0.1", port: 3210 },
  db: "vm-system.db",
  durability: "full",
  retention: { checkpoints: 100, executions: 10_000 },
  sleepAfterMs: 600_000,
  workers: availableParallelism(),
  queueDepth: 1024,
  requireConfinement: false,
  bodyBytesMax: 16 * 1024 * 1024,
  importBytesMax: 256 * 1024 * 1024,
  allowHosts: [],
  allowOrigins: [],
  cacheDir: ".vm-cache",
  logLevel: "info",
  logFormat: "json",
};

test("without anything given, the defaults hold", () => {
  expect(readConfig({}, {}, false)).toEqual(DEFAULTS);
  expect(readConfig({}, {}, true).logFormat).toBe("text");
});

test("a flag goes before the environment, that before the default; the last flag counts", () => {
  const env = { VM_SYSTEM_WORKERS: "3", VM_SYSTEM_DB: "env.db", VM_SYSTEM_LISTEN: "" };
  const flags = { db: ["first.db", "last.db"] };
  expect(readConfig(flags, env, false)).toEqual({ ...DEFAULTS, workers: 3, db: "last.db" });
});

test("options that may be repeated keep every value", () => {
  const flags = { "allow-host": ["a.example", "b.example:8080"] };
  const env = { VM_SYSTEM_ALLOW_ORIGIN: "https://a.example, http://localhost:5173" };
  expect(readConfig(flags, env, false)).toEqual({
    ...DEFAULTS,
    allowHosts: ["a.example", "b.example:8080"],
    allowOrigins: ["https://a.example", "http://localhost:5173"],
  });
});

test("sizes are given in MiB", () => {
  const flags = { "max-body-mb": ["2"], "store-budget-mb": ["100"] };
  expect(readConfig(flags, {}, false)).toMatchObject({
    bodyBytesMax: 2 * 1024 * 1024,
    storeBudgetBytes: 100 * 1024 * 1024,
  });
});

describe("addresses", () => {
  test.each([
    ["localhost:0", "localhost", 0],
    ["0.0.0.0:80", "0.0.0.0", 80],
    ["[::1]:3210", "::1", 3210],
  ])("%s", (text, hostname, port) => {
    expect(readConfig({ listen: [text] }, {}, false).listen).toEqual({ hostname, port });
  });

  test.each([
    "",
    "3210",
    ":3210",
    "localhost",
    "localhost:",
    "::1:3210",
    "a b:1",
    "h:65536",
    "h:-1",
  ])("%p is none", (text) =>
    expect(() => readConfig({ listen: [text] }, {}, false)).toThrow(ConfigError),
  );
});

test.each<[DaemonOption, string]>([
  ["workers", "0"],
  ["workers", "1.5"],
  ["workers", "many"],
  ["workers", "1e2"],
  ["queue-depth", "-1"],
  ["max-body-mb", "2000"],
  ["durability", "sometimes"],
  ["require-confinement", "yes"],
  ["log-level", "loud"],
  ["log-format", "xml"],
  ["allow-host", "http://vm.example"],
  ["allow-host", "vm.example/"],
  ["allow-host", "*"],
  ["allow-host", "::1"],
  ["allow-origin", "app.example"],
  ["allow-origin", "https://app.example/page"],
  ["db", "a\0b"],
])("--%s %p is refused with the name of what was given", (name, value) => {
  expect(() => readConfig({ [name]: [value] }, {}, false)).toThrow(`--${name}:`);
  const variable = environmentName(name);
  expect(() => readConfig({}, { [variable]: value }, false)).toThrow(`${variable}:`);
});

test("every default is a value of its option", () => {
  for (const [name, row] of Object.entries(DAEMON_OPTIONS)) {
    if ("default" in row)
      expect(() => readConfig({ [name]: [row.default] }, {}, false)).not.toThrow();
  }
});
