import { beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { getQuickJS } from "quickjs-emscripten";
import { createLibraryCache, libraryFile, listCached } from "../../src/libraries/cache.ts";
import { canonicalNameOf, LIBRARY_CATALOG } from "../../src/libraries/catalog.ts";
import { downloadLibraries } from "../../src/libraries/downloader.ts";
import { Cdn } from "../harness/cdn.ts";
import { TempFolder } from "../modules/temp-folder.ts";

const FAST = { attemptTimeoutMs: 5000, retryDelayMs: 1 };
const statuses = (results: readonly { status: string }[]) => results.map(({ status }) => status);

describe("libraries", () => {
  beforeAll(async () => {
    // Packages come from the registry once; that may take its time.
    (await Cdn.start())[Symbol.dispose]();
  }, 60_000);

  test("downloads all, then keeps what is intact and mends what is not", async () => {
    using cdn = await Cdn.start();
    using folder = new TempFolder();
    const options = { ...FAST, cacheDir: folder.path, cdnUrl: `${cdn.url}/` };
    const seen = new Map<string, number>();
    const first = await downloadLibraries({
      ...options,
      onProgress: ({ library, receivedBytes }) => void seen.set(library, receivedBytes),
    });
    expect(first).toEqual(
      LIBRARY_CATALOG.map((entry) => ({
        library: canonicalNameOf(entry),
        status: "downloaded",
        path: libraryFile(folder.path, canonicalNameOf(entry)),
      })),
    );
    expect(cdn.requests.toSorted()).toContain("/lodash@4.17.21/lodash.min.js");
    const cached = await listCached(folder.path);
    expect(new Map(cached.map(({ name, bytes }) => [name, bytes]))).toEqual(
      new Map([...seen].toSorted()),
    );
    cdn.requests.length = 0;
    writeFileSync(libraryFile(folder.path, "dayjs-1.11.10"), "damaged");
    const again = await downloadLibraries(options);
    expect(statuses(again)).toEqual([
      "present",
      "present",
      "present",
      "present",
      "downloaded",
      "present",
    ]);
    expect(cdn.requests).toEqual(["/dayjs@1.11.10/dayjs.min.js"]);
  });

  test("tries again, and names every failure", async () => {
    using cdn = await Cdn.start();
    using folder = new TempFolder();
    const options = { ...FAST, cacheDir: folder.path, cdnUrl: cdn.url };
    cdn.fault = { kind: "status", status: 503, path: "lodash", times: 2 };
    expect(statuses(await downloadLibraries(options))).toEqual(Array(6).fill("downloaded"));
    expect(cdn.requests.filter((path) => path.includes("lodash"))).toHaveLength(3);

    const faults = [
      [{ kind: "status", status: 500 }, "answered 500", 4],
      [{ kind: "status", status: 404 }, "answered 404", 1],
      [{ kind: "truncate" }, "integrity", 4],
      [{ kind: "wrong" }, "integrity", 4],
      [{ kind: "hang" }, "timed out", 4],
    ] as const;
    for (const [fault, message, attempts] of faults) {
      using empty = new TempFolder();
      cdn.fault = { ...fault, path: "moment" };
      cdn.requests.length = 0;
      const results = await downloadLibraries({
        ...options,
        cacheDir: empty.path,
        attemptTimeoutMs: fault.kind === "hang" ? 100 : 5000,
      });
      const failed = results.filter((result) => result.status === "failed");
      expect(failed).toHaveLength(1);
      expect(failed[0]).toMatchObject({ library: "moment-2.29.4" });
      expect(failed[0]?.error).toContain(message);
      expect(cdn.requests.filter((path) => path.includes("moment"))).toHaveLength(attempts);
      expect(readdirSync(`${empty.path}/libraries`)).toHaveLength(5);
    }
    const dead = await downloadLibraries({
      ...options,
      cacheDir: folder.at("x"),
      cdnUrl: "http://127.0.0.1:1",
    });
    expect(statuses(dead)).toEqual(Array(6).fill("failed"));
  });

  test("names mean what they say", async () => {
    using folder = new TempFolder();
    const cache = createLibraryCache(folder.path);
    for (const name of ["lodash", "lodash-4.17.21", "lodash@4.17.21", " Lodash "]) {
      expect(await cache.canonicalName(name)).toBe("lodash-4.17.21");
    }
    for (const name of ["lodash-1", "own", "../x", "", "a/b", "own@1.0.0", "x\0"]) {
      expect(await cache.canonicalName(name)).toBeUndefined();
    }
    mkdirSync(folder.at("libraries"));
    writeFileSync(libraryFile(folder.path, "own-1.0.0"), "globalThis.own = 1");
    expect(await cache.canonicalName("own@1.0.0")).toBe("own-1.0.0");
    expect(await cache.load("own-1.0.0")).toEqual({
      name: "own-1.0.0",
      global: "",
      source: "globalThis.own = 1",
    });
    const failure = (name: string) => cache.load(name).then(String, String);
    expect(await failure("lodash-4.17.21")).toBe(
      "Error: library lodash-4.17.21 is not in the cache",
    );
    writeFileSync(libraryFile(folder.path, "lodash-4.17.21"), "damaged");
    expect(await failure("lodash-4.17.21")).toContain("lodash-4.17.21 is damaged");
  });

  test("each defines its global in the engine", async () => {
    using cdn = await Cdn.start();
    using folder = new TempFolder();
    await downloadLibraries({ ...FAST, cacheDir: folder.path, cdnUrl: cdn.url });
    const cache = createLibraryCache(folder.path);
    const quickjs = await getQuickJS();
    const uses: Record<string, string> = {
      _: "_.chunk([1,2,3], 2).length === 2",
      moment: "moment.utc('2026-01-31').add(1, 'month').format('YYYY-MM-DD') === '2026-02-28'",
      axios: "typeof axios.create === 'function'",
      R: "R.sum(R.map(R.multiply(2), [1, 2])) === 6",
      dayjs: "dayjs('2026-01-01').add(1, 'day').format('D') === '2'",
      zustand:
        "(() => { const s = zustand.create((set) => ({ n: 1, up: () => set((o) => ({ n: o.n + 1 })) })); s.getState().up(); return s.getState().n === 2 && typeof zustandVanilla === 'undefined' })()",
    };
    for (const entry of LIBRARY_CATALOG) {
      const { source, global } = await cache.load(canonicalNameOf(entry));
      using context = quickjs.newContext();
      context.unwrapResult(context.evalCode(source)).dispose();
      const result = context.unwrapResult(context.evalCode(`${uses[global]}`));
      expect([global, context.dump(result)]).toEqual([global, true]);
      result.dispose();
    }
    const path = libraryFile(folder.path, "lodash-4.17.21");
    expect(statSync(path).size).toBe(readFileSync(path).length);
  });
});
