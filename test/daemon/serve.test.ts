import { expect, test } from "bun:test";
import { join, resolve } from "node:path";
import { daemonFolder } from "./running-daemon.ts";

const MAIN = resolve(import.meta.dir, "../../src/main.ts");

/** The `serve` command as a process, after it has said where it listens. */
async function serveProcess(folder: string, ...args: string[]) {
  const child = Bun.spawn(
    [process.execPath, MAIN, "serve", "--listen", "127.0.0.1:0", "--db", "test.db", ...args],
    { cwd: folder, env: { PATH: process.env.PATH }, stdio: ["ignore", "pipe", "pipe"] },
  );
  const lines = linesOf(child.stderr);
  const { value: greeting = "" } = await lines.next();
  return { child, greeting, lines };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    yield* lines;
  }
  return undefined;
}

test("serve says on stderr where it listens, on which database, and what came back", async () => {
  using folder = daemonFolder();
  const { child, greeting } = await serveProcess(folder.folder, "--log-level", "error");
  const line = JSON.parse(greeting);
  expect(line).toEqual({
    time: expect.any(String),
    level: "info",
    message: expect.stringMatching(
      /^listening on http:\/\/127\.0\.0\.1:\d+, database .*test\.db, 0 sessions came back$/,
    ),
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    database: join(folder.folder, "test.db"),
    sessions: 0,
  });
  expect(await (await fetch(`${line.url}/api/v1/health`)).json()).toMatchObject({ status: "ok" });
  child.kill("SIGTERM");
  expect(await child.exited).toBe(0);
  expect(await new Response(child.stdout).text()).toBe("");
});

test.each(["SIGTERM", "SIGINT"] as const)("%s stops it with exit code 0", async (signal) => {
  using folder = daemonFolder();
  const { child, greeting } = await serveProcess(folder.folder, "--log-format", "text");
  expect(greeting).toMatch(
    / info {2}listening on http:\/\/127\.0\.0\.1:\d+, database .*, 0 sessions came back$/,
  );
  child.kill(signal);
  expect(await child.exited).toBe(0);
});

test("a start that fails says why and what to do, and exits with an error", async () => {
  using folder = daemonFolder();
  const first = await serveProcess(folder.folder);
  const second = await serveProcess(folder.folder);
  expect(second.greeting).toContain(
    `is in use by the vm-system with process id ${first.child.pid}`,
  );
  expect((await second.lines.next()).value).toContain("--db PATH");
  expect(await second.child.exited).toBe(1);
  first.child.kill("SIGTERM");
  expect(await first.child.exited).toBe(0);
});
