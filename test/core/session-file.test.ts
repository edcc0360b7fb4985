import { describe, expect, test } from "bun:test";
import { VmError } from "../../src/core/errors.ts";
import type { Execution } from "../../src/core/execution.ts";
import { openSessionFile } from "../../src/core/session-file.ts";
import {
  decodeSession,
  encodeSession,
  type SessionContent,
} from "../../src/core/session-file-parts.ts";
import { DEFAULT_SETTINGS } from "../../src/core/settings.ts";
import { damage, damageJson, partsOf, randomOf, seal } from "../harness/session-file-mutations.ts";

const ID = "01a1f970-fc4f-75a0-a07f-b8a075d306af";
const MADE = { madeBy: "a test", createdAt: "2026-11-20T12:00:00.000Z" };

const EXECUTION: Execution = {
  id: ID,
  session_id: ID,
  kind: "repl",
  input: "'\ud800'",
  args: [],
  env: {},
  status: "ok",
  started_at: "2026-11-20T12:00:00.000Z",
  ended_at: "2026-11-20T12:00:00.005Z",
  result: { type: "string", preview: "\ud800", json: "\ud800" },
  metrics: { duration_ms: 1.5, cpu_ms: 1, queue_ms: 0, heap_bytes: 1, checkpoint_bytes: 1 },
  events: [
    {
      execution_id: ID,
      seq: 1,
      ts: "2026-11-20T12:00:00.000Z",
      type: "console",
      payload: { level: "log", text: "hello" },
    },
  ],
};

const CONTENT: SessionContent = {
  session: {
    id: ID,
    workspace_id: "workspace",
    base_commit_oid: "0123abc",
    head_execution_id: ID,
    template: {
      name: "ci",
      definition: {
        engine: "quickjs",
        settings: DEFAULT_SETTINGS,
        exposed_modules: ["fs"],
        libraries: ["lodash-4.17.21"],
        capabilities: [{ kind: "env", name: "REGION", enabled: true, config: { value: "north" } }],
        startup_files: [{ path: "init.js", order_index: 0, mode: "eval" }],
      },
    },
    grants: {
      settings: DEFAULT_SETTINGS,
      modules: ["fs"],
      libraries: ["lodash-4.17.21"],
      globals: {},
      env: { REGION: "north" },
      fsReadOnly: false,
      netAllowed: false,
    },
    image: { engine: "e".repeat(64), base: "b".repeat(64) },
  },
  base: Buffer.from("the base image"),
  image: Buffer.from("the image ".repeat(1000)),
  history: [EXECUTION],
};

const file = await encodeSession(CONTENT, MADE);

// biome-ignore lint/suspicious/noExplicitAny: what is changed here is to be wrong
type Loose = any;

/** What reading ends in: the content, or the code that refuses it. */
const read = (bytes: Uint8Array): Promise<SessionContent | string> =>
  decodeSession(bytes).catch((error) => {
    if (error instanceof VmError) return error.code;
    throw error;
  });

test("what was written is read", async () => {
  expect(await read(file)).toEqual(CONTENT);
  expect(openSessionFile(file).madeBy).toBe("a test");
});

test("history and base image may be left out", async () => {
  const { history: _, base: __, ...rest } = CONTENT;
  expect(await read(await encodeSession(rest, MADE))).toEqual(rest);
});

describe("refused", () => {
  const changed = (change: (bytes: Buffer) => void) => {
    const copy = Buffer.from(file);
    change(copy);
    return copy;
  };
  const flip = (bytes: Buffer, at: number) => void bytes.writeUInt8(bytes.readUInt8(at) ^ 4, at);
  const VERSION_AT = 12;

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["something else", Buffer.from("PK\u0003\u0004 and so on")],
    ["one that is cut off", file.subarray(0, file.length - 1)],
    ["one cut off in its header", file.subarray(0, 40)],
    ["one with more behind it", Buffer.concat([file, Buffer.from("x")])],
    [
      "one with its line end converted",
      Buffer.from(Buffer.from(file).toString("latin1").replace("\r\n", "\n"), "latin1"),
    ],
    [
      "a header of 4 GiB",
      changed((bytes) => void bytes.writeUInt32LE(0xffff_ffff, VERSION_AT + 2)),
    ],
    ["a bit of its header flipped", changed((bytes) => flip(bytes, 60))],
    ["a bit of its last section flipped", changed((bytes) => flip(bytes, bytes.length - 1))],
  ])("%s", async (_, bytes) => {
    expect(await read(bytes)).toBe("IMAGE_INVALID");
  });

  test("a newer format, by its number", async () => {
    const newer = changed((bytes) => void bytes.writeUInt16LE(2, VERSION_AT));
    const error = await decodeSession(newer).catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: "IMAGE_UNSUPPORTED",
      message: "The session file has format 2, and this program reads format 1",
      details: { format: 2, supported: [1] },
    });
  });

  const json = async (change: (session: Loose) => void) => {
    const parts = await partsOf(file);
    const session = JSON.parse(parts.session!.toString());
    change(session);
    return seal({ ...parts, session: Buffer.from(JSON.stringify(session)) });
  };

  test("an unknown field, a limit out of range, a library that is a path", async () => {
    const changes: ((session: Loose) => void)[] = [
      (session) => {
        session.more = 1;
      },
      (session) => {
        session.grants.settings.limits.mem_mb = 1_000_000;
      },
      (session) => {
        session.grants.libraries = ["../../etc/passwd"];
      },
      (session) => delete session.image,
      (session) => {
        session.image.base = "none";
      },
    ];
    for (const change of changes) expect(await read(await json(change))).toBe("IMAGE_INVALID");
  });

  test("a history with gaps, a time that is none, an execution without end", async () => {
    const changes: ((execution: Loose) => void)[] = [
      (execution) => {
        execution.events[0].seq = 2;
      },
      (execution) => {
        execution.started_at = "2026-02-31T12:00:00.000Z";
      },
      (execution) => {
        execution.status = "running";
      },
      (execution) => {
        execution.kind = "other";
      },
      (execution) => delete execution.ended_at,
    ];
    const parts = await partsOf(file);
    for (const change of changes) {
      const history = JSON.parse(parts.history!.toString());
      change(history.executions[0]);
      const bytes = await seal({ ...parts, history: Buffer.from(JSON.stringify(history)) });
      expect(await read(bytes)).toBe("IMAGE_INVALID");
    }
  });

  test("JSON that nests too deep, and a section that unpacks to more than it says", async () => {
    const parts = await partsOf(file);
    const deep = Buffer.from(`{"executions":${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
    expect(await read(await seal({ ...parts, history: deep }))).toBe("IMAGE_INVALID");

    const bomb = await seal({ ...parts, history: Buffer.alloc(30_000_000, 32) });
    const text = Buffer.from(bomb);
    const digits = text.indexOf('"raw_bytes":30000000');
    text.write("10000000", digits + '"raw_bytes":'.length);
    const headerEnd = 18 + text.readUInt32LE(14);
    const header = text.subarray(0, headerEnd);
    text.set(new Bun.CryptoHasher("sha256").update(header).digest(), headerEnd);
    expect(await read(text)).toBe("IMAGE_INVALID");
  });
});

const CASES = 3000;
const SEED = 20_261_120;

test(`${CASES} damaged files: each is refused, or reads as before`, async () => {
  const random = randomOf(SEED);
  for (let i = 0; i < CASES; i++) {
    const result = await read(damage(file, random));
    if (typeof result === "string") expect(result).toMatch(/^IMAGE_(INVALID|UNSUPPORTED)$/);
    else expect(result).toEqual(CONTENT);
  }
});

test(`${CASES} files of somebody who can make checksums: each is refused, or is one`, async () => {
  const random = randomOf(SEED);
  const parts = await partsOf(file);
  const counts: Record<string, number> = {};
  for (let i = 0; i < CASES; i++) {
    const name = (["session", "history"] as const)[random(2)]!;
    const bytes = random(2) ? damageJson(parts[name]!, random) : damage(parts[name]!, random);
    const result = await read(await seal({ ...parts, [name]: Buffer.from(bytes) }));
    const ending = typeof result === "string" ? result : "read";
    counts[ending] = (counts[ending] ?? 0) + 1;
  }
  expect(Object.keys(counts).sort()).toEqual(["IMAGE_INVALID", "read"]);
});
