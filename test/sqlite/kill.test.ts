import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { tempStore } from "./temp-store.ts";

const ROUNDS = 5;
const ANSWERS_BEFORE_KILL = 150;

test("what was answered before a kill -9 is there, whole, and nothing is half there", async () => {
  using temp = tempStore();
  for (let round = 0; round < ROUNDS; round++) {
    const answered = await answersUntilKilled(temp.path, ANSWERS_BEFORE_KILL * (round + 1));
    // The lock went with the process.
    const store = temp.open();
    const heads = new Map<string, string>();
    for (const [session, execution, checkpoint] of answered) {
      expect(await store.executions.get(execution)).toMatchObject({ status: "ok" });
      expect(await store.executions.events(execution, 0, 10)).toHaveLength(2);
      heads.set(session, checkpoint);
    }
    for (const [session, checkpoint] of heads) {
      // The last answered state, or one after it: commits run ahead of the lines that tell of them.
      const head = (await store.sessions.get(session))?.headCheckpointId ?? "";
      const chain = await store.checkpoints.chain(head);
      expect(chain?.links.map(({ id }) => id)).toContain(checkpoint);
    }
    await store.close();
    using db = new Database(temp.path, { readonly: true });
    const rows = (sql: string) => db.query(sql).values();
    expect(rows("PRAGMA integrity_check")).toEqual([["ok"]]);
    expect(rows("PRAGMA foreign_key_check")).toEqual([]);
    const halves = rows(
      `SELECT id FROM execution e WHERE checkpoint_id IS NULL OR 2 <>
         (SELECT count(*) FROM execution_event v WHERE v.no >> 20 = e.no)`,
    );
    expect(halves).toEqual([]);
  }
}, 30_000);

async function answersUntilKilled(
  path: string,
  count: number,
): Promise<[string, string, string][]> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "commit-forever.ts"), path], {
    stdout: "pipe",
    stderr: "inherit",
  });
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true });
    if (text.split("\n").length > count) child.kill("SIGKILL");
  }
  await child.exited;
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split(" ") as [string, string, string]);
}
