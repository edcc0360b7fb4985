import { expect, test } from "bun:test";
import { Daemon, type ExecutionBody, makeSession } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";

test("a full queue: what does not wait for its end is refused too, and its key is good for a retry", async () => {
  using folder = tempFolder();
  await using daemon = await Daemon.start({
    db: folder.join("vm.db"),
    args: ["--workers", "1", "--queue-depth", "1"],
  });
  const send = (session_id: string, input: string, key?: string) =>
    daemon.json<ExecutionBody>(
      "POST",
      "/executions/repl",
      { session_id, input, wait: false },
      key === undefined ? {} : { "idempotency-key": key },
    );
  const sessions: string[] = [];
  for (let i = 0; i < 3; i++) sessions.push((await makeSession(daemon, folder.path)).sessionId);
  const [first, second, third] = sessions as [string, string, string];
  const running = await send(first, "for (;;) {}");
  const waiting = await send(second, "1");
  expect([running.status, waiting.status]).toEqual([202, 202]);

  const refused = await send(third, "globalThis.count = (globalThis.count ?? 0) + 1", "later");
  expect([refused.status, refused.body.error?.code]).toEqual([503, "QUEUE_FULL"]);
  expect(refused.headers.get("retry-after")).toBe("1");
  const rows = await daemon.json<unknown[]>("GET", `/executions?session_id=${third}`);
  expect(rows.body).toEqual([]);

  await daemon.json("POST", `/executions/${running.body.id}/cancel`);
  await daemon.json("GET", `/executions/${waiting.body.id}?wait_ms=20000`);
  const retried = await send(third, "globalThis.count = (globalThis.count ?? 0) + 1", "later");
  expect(retried.status).toBe(202);
  const ended = await daemon.json("GET", `/executions/${retried.body.id}?wait_ms=20000`);
  expect(ended.body).toMatchObject({ status: "ok", result: { json: 1 } });
});
