import { expect, test } from "bun:test";
import { VmError } from "../../src/core/errors.ts";
import { codeOf, FixturePool } from "./fixture-pool.ts";

test("a file: asked for the job's worktree, in the order of the candidates", async () => {
  const asked: unknown[] = [];
  await using fixture = new FixturePool({
    readFile: async (worktreePath, candidates) => {
      asked.push([worktreePath, candidates]);
      return { path: "lib/b.js", bytes: new TextEncoder().encode("body ü") };
    },
  });
  const candidates = ["a.js", "b.js"];
  const answer = await fixture.run({ do: "file", candidates }, { worktreePath: "/usr" }).json();
  expect(answer).toEqual({ header: { op: "file", path: "lib/b.js" }, text: "body ü", length: 7 });
  expect(asked).toEqual([["/usr", candidates]]);
});

test("no file, and files that may not be read", async () => {
  const answers: (() => Promise<undefined>)[] = [
    async () => undefined,
    () => Promise.reject(new VmError("INVALID_PATH")),
    () => Promise.reject(new VmError("BODY_TOO_LARGE")),
    () => Promise.reject(Object.assign(new Error("/home/host/secret"), { code: "ELOOP" })),
    () => Promise.reject(new Error("/home/host/secret")),
  ];
  await using fixture = new FixturePool({ readFile: () => answers.shift()!() });
  const headers: unknown[] = [];
  for (let i = 0; i < 5; i++) {
    const { header } = await fixture
      .run({ do: "file", candidates: ["a"] })
      .json<{ header: unknown }>();
    headers.push(header);
  }
  const refused = (code: string) => ({
    op: "error",
    code,
    message: `${code}: the file cannot be read`,
  });
  expect(headers).toEqual([{ op: "none" }, ...["EACCES", "EFBIG", "ELOOP", "EIO"].map(refused)]);
});

test("a file larger than every buffer on the way", async () => {
  const bytes = new Uint8Array(24 << 20).fill(97);
  await using fixture = new FixturePool({ readFile: async () => ({ path: "a", bytes }) });
  expect(await fixture.run({ do: "file", candidates: ["a"] }).json()).toEqual({
    header: { op: "file", path: "a" },
    text: "long",
    length: bytes.byteLength,
  });
});

test("an image: every link wholly, in order", async () => {
  const links = [
    { id: "empty", delta: new Uint8Array(0) },
    { id: "small", delta: new Uint8Array(10).fill(1) },
    { id: "large", delta: new Uint8Array((3 << 20) + 5).fill(2) },
  ];
  const chain = { engine: "e", base: "c".repeat(64), links };
  await using fixture = new FixturePool();
  expect(await fixture.run({ do: "image" }, { loadImage: async () => chain }).json()).toEqual({
    engine: "e",
    base: "c".repeat(64),
    sums: [
      { id: "empty", announced: 0, bytes: 0, sum: 0 },
      { id: "small", announced: 10, bytes: 10, sum: 10 },
      { id: "large", announced: 3145733, bytes: 3145733, sum: 6291466 % 65521 },
    ],
  });
});

test("an image that is small goes with a job whose worker cannot have it", async () => {
  await using fixture = new FixturePool({ workers: 1, workersMax: 1 });
  const chainOf = (bytes: number) => ({
    engine: "e",
    base: "c".repeat(64),
    links: [{ id: "one", delta: new Uint8Array(bytes).fill(7) }],
  });
  const loaded: string[] = [];
  const inline = (sessionId: string, head: string | undefined, bytes = 2) => {
    const loadImage = async () => {
      loaded.push(sessionId);
      return chainOf(bytes);
    };
    return fixture
      .run({ do: "inline" }, { sessionId, loadImage, ...(head === undefined ? {} : { head }) })
      .json();
  };
  const small = { engine: "e", base: "c".repeat(64), links: [[7, 7]] };
  expect(await inline("new", undefined)).toBeNull();
  expect(await inline("first", "a")).toEqual(small);
  expect(await inline("first", "b")).toBeNull();
  expect(await inline("fork", "a")).toBeNull();
  expect(await inline("other", "c")).toEqual(small);
  expect(await inline("large", "d", 300 * 1024)).toBeNull();
  expect(loaded).toEqual(["first", "other", "large"]);
});

test("an image that is read ahead is not read again for who asks", async () => {
  await using fixture = new FixturePool();
  let reads = 0;
  const loadImage = async () => {
    reads++;
    return {
      engine: "e",
      base: "c".repeat(64),
      links: [{ id: "one", delta: new Uint8Array(300_000) }],
    };
  };
  const seen = await fixture.run({ do: "image" }, { head: "a", loadImage }).json();
  expect(seen).toMatchObject({ sums: [{ id: "one", bytes: 300_000 }] });
  expect(reads).toBe(1);
});

test("what happens while an image is read ahead", async () => {
  await using fixture = new FixturePool();
  const gone = () => Promise.reject(new VmError("STORE_FULL"));
  expect(
    await fixture.run({ do: "inline" }, { sessionId: "s", head: "a", loadImage: gone }).json(),
  ).toBeNull();
  expect(await codeOf(fixture.outcome({ do: "image" }, { head: "b", loadImage: gone }))).toBe(
    "STORE_FULL",
  );
  const reading = Promise.withResolvers<void>();
  const never = () => {
    reading.resolve();
    return new Promise<never>(() => {});
  };
  const run = fixture.run({ do: "ok" }, { head: "c", loadImage: never });
  await reading.promise;
  run.cancel();
  expect((await run.outcome).status).toBe("cancelled");
});

test("an image that is gone is our failure, not the guest's", async () => {
  await using fixture = new FixturePool();
  expect(await codeOf(fixture.outcome({ do: "image" }))).toBe("INTERNAL");
  const full = { loadImage: () => Promise.reject(new VmError("STORE_FULL")) };
  expect(await codeOf(fixture.outcome({ do: "image" }, full))).toBe("STORE_FULL");
});

test("a base image by its digest", async () => {
  const digest = "a".repeat(64);
  await using fixture = new FixturePool({
    getBase: async (asked) => (asked === digest ? new Uint8Array(300_000) : undefined),
  });
  expect(await fixture.run({ do: "base", digest }).json()).toEqual({
    header: { op: "base" },
    length: 300_000,
  });
  const none = await fixture
    .run({ do: "base", digest: "d".repeat(64) })
    .json<{ header: { code: string } }>();
  expect(none.header.code).toBe("IMAGE_GONE");
});

test("a delta in chunks", async () => {
  await using fixture = new FixturePool();
  const { checkpoint, metrics } = await fixture.outcome({ do: "delta", chunks: 5, bytes: 1 << 20 });
  expect(metrics.checkpoint_bytes).toBe(5 << 20);
  const firsts = [0, 1, 2, 3, 4].map((i) => checkpoint?.delta[i << 20]);
  expect(firsts).toEqual([0, 1, 2, 3, 4]);
});

test("of a delta no more is kept than itself", async () => {
  await using fixture = new FixturePool();
  const { checkpoint } = await fixture.outcome({ do: "padded" });
  expect(checkpoint?.delta).toEqual(new Uint8Array(5));
  expect(checkpoint?.delta.buffer.byteLength).toBe(5);
});
