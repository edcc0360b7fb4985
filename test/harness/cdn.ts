import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { LIBRARY_CATALOG } from "../../src/libraries/catalog.ts";

/** How the server misbehaves, for the next `times` requests of a file (default: all). */
export interface CdnFault {
  readonly kind: "status" | "truncate" | "wrong" | "slow" | "hang";
  /** Part of the path that it concerns; absent: every file. */
  readonly path?: string;
  readonly status?: number;
  times?: number;
}

/**
 * A local server of npm packages' files by the paths of the public CDN:
 * `/<package>@<version>/<file>`. The packages are the catalog's, from the npm registry, fetched once
 * per checkout.
 */
export class Cdn implements Disposable {
  readonly requests: string[] = [];
  fault: CdnFault | undefined;
  readonly #server: Bun.Server<undefined>;

  private constructor(packages: string, port: number) {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port,
      idleTimeout: 0,
      fetch: (request) => this.#answer(packages, request),
    });
  }

  static async start(port = 0): Promise<Cdn> {
    return new Cdn(await fetchPackages(), port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  async #answer(packages: string, request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.requests.push(pathname);
    const [, name, file] = /^\/((?:@[^/]+\/)?[^@/]+)@[^/]+\/(.+)$/.exec(pathname) ?? [];
    const path = name && file ? normalize(join(packages, name, file)) : "";
    if (!path.startsWith(packages) || !existsSync(path)) return new Response(null, { status: 404 });
    const bytes = await Bun.file(path).bytes();
    return this.#faulty(pathname, bytes) ?? new Response(bytes, { headers: HEADERS });
  }

  #faulty(pathname: string, bytes: Uint8Array): Response | undefined {
    const { fault } = this;
    if (fault === undefined || !pathname.includes(fault.path ?? "")) return undefined;
    if (fault.times !== undefined) {
      if (fault.times <= 0) return undefined;
      fault.times -= 1;
    }
    switch (fault.kind) {
      case "status":
        return new Response("no", { status: fault.status ?? 500 });
      case "truncate":
        return new Response(bytes.subarray(0, bytes.length / 2), { headers: HEADERS });
      case "wrong":
        return new Response(
          bytes.map((byte) => byte ^ 1),
          { headers: HEADERS },
        );
      case "slow":
        return new Response(slowly(bytes), { headers: HEADERS });
      case "hang":
        return new Response(
          new ReadableStream({ start: (stream) => stream.enqueue(bytes.slice(0, 1)) }),
        );
    }
  }

  [Symbol.dispose](): void {
    this.#server.stop(true);
  }
}

const HEADERS = { "content-type": "application/javascript; charset=utf-8" };

async function* slowly(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 8192) {
    yield bytes.subarray(at, at + 8192);
    await Bun.sleep(5);
  }
}

/** The folder `node_modules` that holds the catalog's packages, whole. */
async function fetchPackages(): Promise<string> {
  const dependencies = Object.fromEntries(LIBRARY_CATALOG.map(({ id, version }) => [id, version]));
  const key = Bun.hash(JSON.stringify(dependencies)).toString(16);
  const cache = join(import.meta.dir, "../../node_modules/.cache/vm-system-cdn", key);
  const packages = join(cache, "node_modules");
  if (existsSync(packages)) return packages;
  await mkdir(dirname(cache), { recursive: true });
  const folder = await mkdtemp(join(dirname(cache), "fetch-"));
  try {
    await Bun.write(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
    const install = Bun.spawn(
      [process.execPath, "install", "--ignore-scripts", "--linker=hoisted", "--no-progress"],
      { cwd: folder, env: { ...process.env, BUN_BE_BUN: "1" }, stdout: "ignore", stderr: "pipe" },
    );
    const errors = await install.stderr.text();
    if ((await install.exited) !== 0) throw new Error(`bun install failed: ${errors}`);
    // Whoever comes second finds the folder taken and uses it.
    await rename(folder, cache).catch((error) => {
      if (!existsSync(packages)) throw error;
    });
    return packages;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
