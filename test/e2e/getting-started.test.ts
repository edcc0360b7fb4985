import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import text from "../../src/help/topics/getting-started.md" with { type: "text" };
import { BINARY, CLEAN_ENV } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

const TIMEOUT_MS = 60_000;

/** The shell blocks under the heading Walk-through, as one script. */
function walkThrough(): string {
  const section = text.split(/^## /m).find((part) => part.startsWith("Walk-through\n")) ?? "";
  return [...section.matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1]).join("");
}

/** The topic says `vm-system serve` and means port 3210; here that becomes a free one. */
function wrapperFor(port: number): string {
  return `#!/bin/sh
export VM_SYSTEM_SERVER_URL=http://127.0.0.1:${port}
if [ "$1" = serve ]; then exec '${BINARY}' "$@" --listen 127.0.0.1:${port}; fi
exec '${BINARY}' "$@"
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test(
  "the walk-through of getting-started works as written, in an empty folder",
  async () => {
    using folder = tempFolder();
    const bin = folder.join("bin");
    const empty = folder.join("empty");
    mkdirSync(bin);
    mkdirSync(empty);
    writeFileSync(folder.join("bin", "vm-system"), wrapperFor(await freePort()));
    chmodSync(folder.join("bin", "vm-system"), 0o755);

    // Read line by line from stdin, as a shell reads what is typed; a failing line ends it. On any
    // end the daemon goes too.
    const shell = Bun.spawn(["bash", "-e"], {
      cwd: empty,
      env: { ...CLEAN_ENV, PATH: `${bin}:${CLEAN_ENV.PATH}`, HOME: empty },
      stdin: new Blob([
        `trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n${walkThrough()}echo done\n`,
      ]),
      stdout: "pipe",
      stderr: "pipe",
      timeout: TIMEOUT_MS - 5_000,
    });
    const [stdout, stderr, exitCode] = await Promise.all([
      shell.stdout.text(),
      shell.stderr.text(),
      shell.exited,
    ]);

    const results = [...stdout.matchAll(/^Result: (.*)$/gm)].map((match) => JSON.parse(match[1]!));
    expect({ results, stderr }).toEqual({
      results: [
        { type: "number", preview: "42", json: 42 },
        { type: "number", preview: "3", json: 3 },
        { type: "number", preview: "42", json: 42 },
        { type: "string", preview: "3 orders, 42 in all", json: "3 orders, 42 in all" },
      ],
      stderr: expect.any(String),
    });
    expect(stdout).toContain('console: {"level":"log","text":"loaded 3 orders for Ada"}');
    expect(stdout).toMatch(/^Closed session: [0-9a-f-]{36}$/m);
    expect(stderr).not.toContain("Error:");
    expect(stdout).toEndWith("done\n");
    expect(exitCode).toBe(0);
  },
  TIMEOUT_MS,
);
