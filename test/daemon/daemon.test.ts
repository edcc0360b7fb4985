import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { StartError } from "../../src/core/start-error.ts";
import { daemonFolder } from "./running-daemon.ts";

const health = async (url: string) => (await fetch(`${url}/api/v1/health`)).json();

async function startErrorOf(start: Promise<unknown>): Promise<StartError> {
  const error = await start.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(StartError);
  return error;
}

test("a daemon answers, stops, and gives everything back", async () => {
  using folder = daemonFolder();
  const daemon = await folder.start();
  expect(await health(daemon.url)).toMatchObject({ status: "ok" });
  expect(daemon.databasePath).toBe(join(folder.folder, "test.db"));
  expect(daemon.sessionsBack).toBe(0);
  await Promise.all([daemon.stop(), daemon.stop()]);
  await expect(health(daemon.url)).rejects.toThrow();
  expect(existsSync(`${daemon.databasePath}-wal`)).toBe(false);
  // The address and the database are free again.
  const again = await folder.start(new URL(daemon.url).host);
  await again.stop();
});

test("a second daemon on the database is told of the first, and disturbs nothing", async () => {
  using folder = daemonFolder();
  const first = await folder.start();
  const { message } = await startErrorOf(folder.start());
  expect(message).toBe(
    `The database ${first.databasePath} is in use by the vm-system with process id ${process.pid}, which listens on ${new URL(first.url).host}`,
  );
  expect(await health(first.url)).toMatchObject({ status: "ok" });
  await first.stop();
});

test("a second daemon on the address is told who has it, and leaves its database free", async () => {
  using folder = daemonFolder();
  const first = await folder.start();
  const { host } = new URL(first.url);
  const { message } = await startErrorOf(folder.start(host, "other.db"));
  expect(message).toMatch(
    new RegExp(`^The address ${host} is in use by the vm-system \\d+\\.\\d+\\.\\d+`),
  );
  if (process.platform === "linux") expect(message).toEndWith(`with process id ${process.pid}`);
  await first.stop();
  await (await folder.start(host, "other.db")).stop();
});

test("another program on the address is called that", async () => {
  using folder = daemonFolder();
  using other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hello") });
  const { message, hint } = await startErrorOf(folder.start(`127.0.0.1:${other.port}`));
  expect(message).toContain(`127.0.0.1:${other.port} is in use by another program`);
  expect(hint).toContain("--listen");
});

test("an address that is not this machine's is refused", async () => {
  using folder = daemonFolder();
  const { message } = await startErrorOf(folder.start("192.0.2.1:0"));
  expect(message).toStartWith("The daemon cannot listen on 192.0.2.1:0");
});

test("a name without an address is not called an address in use", async () => {
  using folder = daemonFolder();
  const { message } = await startErrorOf(folder.start("no-such-host.invalid:0"));
  expect(message).toBe(
    "The daemon cannot listen on no-such-host.invalid:0: the name no-such-host.invalid has no address",
  );
});
