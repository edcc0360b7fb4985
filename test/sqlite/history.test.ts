import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "../../src/core/ids.ts";
import type { NewSession } from "../../src/core/ports/session-store.ts";
import type { SqliteStore } from "../../src/sqlite/store.ts";
import {
  aCheckpoint,
  anEvent,
  anExecution,
  aSession,
  LATER,
  NOW,
} from "../contract/store-suite.ts";
import { tempStore } from "./temp-store.ts";

let temp: ReturnType<typeof tempStore>;
let store: SqliteStore;
beforeEach(() => {
  temp = tempStore();
  store = temp.open();
});
afterEach(async () => {
  await store.close();
  temp[Symbol.dispose]();
});

/** A session that ran so many executions, each with a checkpoint on the one before. */
async function line(length: number) {
  const { session, grants } = aSession();
  await store.sessions.insert({ session, grants });
  const executions: string[] = [];
  const checkpoints: string[] = [];
  for (let i = 0; i < length; i++) await step(session.id, executions, checkpoints);
  return { session, grants, executions, checkpoints };
}

async function step(
  sessionId: string,
  executions: string[],
  checkpoints: string[],
  { full = false } = {},
) {
  const parent = (await store.sessions.get(sessionId))!;
  const execution = {
    ...anExecution(sessionId),
    ...(parent.session.head_execution_id === undefined
      ? {}
      : { parent_execution_id: parent.session.head_execution_id }),
  };
  const before = full ? undefined : parent.headCheckpointId;
  const checkpoint = aCheckpoint(sessionId, execution.id, before);
  await store.executions.commit({ execution, events: [anEvent(execution.id, 1)], checkpoint });
  executions.push(execution.id);
  checkpoints.push(checkpoint.id);
}

const forkOf = (source: NewSession, headCheckpointId: string, headExecutionId: string) => {
  const { session, grants } = aSession();
  return {
    session: {
      ...session,
      parent_session_id: source.session.id,
      forked_from_execution_id: headExecutionId,
    },
    grants,
    headCheckpointId,
    headExecutionId,
  };
};

const undone = async (sessionId: string, executions: readonly string[]) => {
  const rows = await store.executions.list(sessionId, 1000);
  return executions.map((id) => rows.find((row) => row.id === id)?.undone_at !== undefined);
};

describe("rewinding", () => {
  test("undoes what does not lead there, and going forward takes that back", async () => {
    const { session, executions, checkpoints } = await line(4);
    const to = (at: number) => ({ executionId: executions[at]!, checkpointId: checkpoints[at]! });
    await store.history.rewind(session.id, to(1), LATER);
    expect(await undone(session.id, executions)).toEqual([false, false, true, true]);
    expect(await store.sessions.get(session.id)).toMatchObject({
      headCheckpointId: checkpoints[1],
      session: { head_execution_id: executions[1] },
    });
    // A line of its own from there, and over to the first one.
    await step(session.id, executions, checkpoints);
    expect(await undone(session.id, executions)).toEqual([false, false, true, true, false]);
    await store.history.rewind(session.id, to(3), LATER);
    expect(await undone(session.id, executions)).toEqual([false, false, false, false, true]);
    await store.history.rewind(session.id, {}, LATER);
    expect(await undone(session.id, executions)).toEqual([true, true, true, true, true]);
    const base = await store.sessions.get(session.id);
    expect([base?.headCheckpointId, base?.session.head_execution_id]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("steps pass what left nothing", async () => {
    const { session, executions } = await line(2);
    const timeout = {
      ...anExecution(session.id),
      status: "timeout" as const,
      parent_execution_id: executions[1]!,
    };
    await store.executions.commit({ execution: timeout, events: [] });
    const back = (steps: number) => store.history.stepBack(session.id, timeout.id, steps);
    expect(await back(1)).toEqual({ executionId: executions[0]!, passed: 1 });
    expect(await back(2)).toEqual({ passed: 2 });
    expect(await back(9)).toEqual({ passed: 2 });
  });
});

describe("forks", () => {
  test("begin with a state of the source, all or none", async () => {
    const source = await line(2);
    const fork = forkOf(source, source.checkpoints[0]!, source.executions[0]!);
    await store.history.fork([fork]);
    expect(await store.sessions.get(fork.session.id)).toMatchObject({
      headCheckpointId: source.checkpoints[0],
      originCheckpointId: source.checkpoints[0],
      session: {
        parent_session_id: source.session.id,
        head_execution_id: source.executions[0],
        heap_bytes: 1000,
        stored_bytes: 0,
      },
    });
    const others = [
      forkOf(source, source.checkpoints[0]!, source.executions[0]!),
      forkOf(source, newId(), source.executions[1]!),
    ];
    await expect(store.history.fork(others)).rejects.toMatchObject({ code: "CHECKPOINT_GONE" });
    expect(await store.sessions.list()).toHaveLength(2);
    const tree = await store.history.family(fork.session.id);
    expect(tree.map(({ id, executions }) => [id, executions])).toEqual([
      [source.session.id, 2],
      [fork.session.id, 0],
    ]);
  });
});

describe("retention", () => {
  const ids = async (sessionId: string) =>
    (await store.history.checkpoints(sessionId, 1000)).map(({ id }) => id);

  test("plans what nobody needs: not the newest, labelled, forked from, pinned, nor the head", async () => {
    const { session, executions, checkpoints, grants } = await line(12);
    await store.history.label(session.id, checkpoints[1]!, "kept");
    await store.history.fork([forkOf({ session, grants }, checkpoints[4]!, executions[4]!)]);
    using _pin = store.history.pin(checkpoints[6]!)!;
    const plan = await store.retention.foldPlan(session.id, 3);
    const lines = plan.merge.map((merge) => merge.map(({ id }) => checkpoints.indexOf(id)));
    expect(plan.remove).toEqual([]);
    expect(lines).toEqual([
      [7, 8, 9],
      [5, 6],
      [2, 3, 4],
      [0, 1],
    ]);
    const all = await store.retention.deltas(plan.merge[0]!.map(({ id }) => id));
    expect(all).toHaveLength(3);
    const merged = new Uint8Array([9, 9]);
    expect(
      await store.retention.applyMerge(
        plan.merge[0]!.map(({ id }) => id),
        merged,
      ),
    ).toBe(true);
    expect(await ids(session.id)).not.toContain(checkpoints[8]!);
    const chain = await store.checkpoints.chain(checkpoints[11]!);
    expect(chain?.links.map(({ id }) => checkpoints.indexOf(id))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 9, 10, 11,
    ]);
    expect(chain?.links[7]?.delta).toEqual(merged);
    expect((await store.sessions.get(session.id))?.headChain.depth).toBe(10);
    expect(await store.history.stateAfter(executions[8]!)).toMatchObject({ isKept: false });
    // The plan is old by now: what it says of the rest still holds, of this no more.
    expect(
      await store.retention.applyMerge(
        plan.merge[0]!.map(({ id }) => id),
        merged,
      ),
    ).toBe(false);
  });

  test("removes lines that were left, newest first", async () => {
    const { session, executions, checkpoints } = await line(6);
    await store.history.rewind(
      session.id,
      { executionId: executions[0]!, checkpointId: checkpoints[0]! },
      LATER,
    );
    const plan = await store.retention.foldPlan(session.id, 1);
    expect(plan.remove.map(({ id }) => checkpoints.indexOf(id))).toEqual([]);
    for (let i = 0; i < 2; i++) await step(session.id, executions, checkpoints);
    const next = await store.retention.foldPlan(session.id, 1);
    expect(next.remove.map(({ id }) => checkpoints.indexOf(id))).toEqual([5, 4, 3, 2, 1]);
    const removed = await store.retention.removeCheckpoints(next.remove.map(({ id }) => id));
    expect(removed).toEqual({ count: 5, bytes: 15 });
    expect((await store.sessions.get(session.id))?.session.stored_bytes).toBe(9);
  });

  test("removes whole chains without merging, and says when merging would do more", async () => {
    const { session, executions, checkpoints } = await line(5);
    await step(session.id, executions, checkpoints, { full: true });
    for (let i = 0; i < 5; i++) await step(session.id, executions, checkpoints);
    const quick = async (keep: number) => {
      const { ids: going, isMore } = await store.retention.removable(session.id, keep);
      return { going: going.map((id) => checkpoints.indexOf(id)), isMore };
    };
    expect(await quick(100)).toEqual({ going: [], isMore: false });
    // The state stored whole is one of those to keep: what is before it waits for the next chain.
    expect(await quick(7)).toEqual({ going: [], isMore: true });
    expect(await quick(5)).toEqual({ going: [4, 3, 2, 1, 0], isMore: false });
    expect(await quick(3)).toEqual({ going: [4, 3, 2, 1, 0], isMore: true });
    await store.history.label(session.id, checkpoints[1]!, "kept");
    expect((await quick(3)).going).toEqual([4, 3, 2]);
    const { ids: going } = await store.retention.removable(session.id, 3);
    expect(await store.retention.removeCheckpoints(going)).toEqual({ count: 3, bytes: 9 });
    expect(await quick(3)).toEqual({ going: [], isMore: true });
  });

  test("looks at everything where lines were left again and again without a whole state", async () => {
    const { session, executions, checkpoints } = await line(1);
    const first = { executionId: executions[0]!, checkpointId: checkpoints[0]! };
    for (let i = 0; i < 200; i++) {
      await store.history.rewind(session.id, first, LATER);
      await step(session.id, executions, checkpoints);
    }
    const { ids: going } = await store.retention.removable(session.id, 10);
    expect((await store.retention.removeCheckpoints(going)).count).toBe(190);
    expect(await ids(session.id)).toHaveLength(11);
  });

  test("takes the states of closed sessions, forks aside", async () => {
    const source = await line(3);
    const { session } = source;
    const fork = forkOf(source, source.checkpoints[1]!, source.executions[1]!);
    await store.history.fork([fork]);
    await store.sessions.update(session.id, { status: "closed", closed_at: LATER });
    expect(await store.retention.giveUpClosed(NOW, 10)).toEqual([]);
    expect(await store.retention.giveUpClosed(LATER, 10)).toEqual([{ id: session.id }]);
    expect(await store.sessions.get(session.id)).toMatchObject({ stateGone: true });
    const plan = await store.retention.foldPlan(session.id, 100);
    expect(plan.remove.map(({ id }) => id)).toEqual([source.checkpoints[2]!]);
    expect(plan.merge.map((each) => each.map(({ id }) => id))).toEqual([
      source.checkpoints.slice(0, 2),
    ]);
    await store.sessions.update(fork.session.id, { status: "closed", closed_at: LATER });
    expect(await store.retention.giveUpClosed(LATER, 10)).toEqual([
      { id: fork.session.id, originId: session.id },
    ]);
    const rest = await store.retention.foldPlan(session.id, 100);
    expect(rest.remove).toHaveLength(3);
  });

  test("finds executions that ended before, page by page, and stops at the first that did not", async () => {
    const { session } = await line(0);
    const put = async (endedAt: string) => {
      const execution = {
        ...anExecution(session.id),
        dry_run: true,
        started_at: endedAt,
        ended_at: endedAt,
      };
      await store.executions.commit({ execution, events: [] });
      return execution.id;
    };
    const old: string[] = [];
    for (let i = 0; i < 300; i++) old.push(await put("2026-01-01T00:00:00.000Z"));
    for (let i = 0; i < 3; i++) await put("2026-02-01T00:00:00.000Z");
    const before = async (endedAfter: string | undefined) => {
      const pages: (readonly string[])[] = [];
      for (let cursor: number | undefined; ; ) {
        const keep = { count: 1000, endedAfter };
        const page = await store.retention.oldExecutions(session.id, keep, cursor);
        cursor = page.cursor;
        pages.push(page.ids);
        if (cursor === undefined) return pages;
      }
    };
    expect(await before(undefined)).toEqual([[]]);
    expect(await before("2025-12-31T00:00:00.000Z")).toEqual([[]]);
    const pages = await before("2026-01-15T00:00:00.000Z");
    expect(pages.flat()).toEqual(old);
    expect(Math.max(...pages.map(({ length }) => length))).toBeLessThan(100);
  });

  test("removes base images that no state is relative to, but this program's own", async () => {
    const { session } = await line(3);
    const [used, unused, own] = ["b", "c", "d"].map((digit) => digit.repeat(64));
    for (const digest of [used!, unused!, own!]) {
      await store.checkpoints.putBase({ digest, engine: "engine-1", bytes: new Uint8Array(9) });
    }
    const remove = () => store.retention.removeBases(own!, async () => {});
    expect(await remove()).toBe(1);
    expect(await store.checkpoints.getBase(used!)).toHaveLength(9);
    expect(await store.checkpoints.getBase(unused!)).toBeUndefined();
    await store.sessions.update(session.id, { status: "closed", closed_at: NOW });
    await store.retention.giveUpClosed(LATER, 10);
    const { ids: going } = await store.retention.removable(session.id, 0);
    await store.retention.removeCheckpoints(going);
    expect(await remove()).toBe(1);
    expect(await store.checkpoints.getBase(used!)).toBeUndefined();
    expect(await store.checkpoints.getBase(own!)).toHaveLength(9);
  });

  test("looks at all checkpoints for a base image, some at a time", async () => {
    const { checkpoints } = await line(1);
    using db = new Database(temp.path);
    const columns = `parent_id, session_id, execution_id, kind, created_at, heap_bytes, stored_bytes,
      depth, chain_bytes, largest_bytes, engine`;
    db.run(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)
       INSERT INTO checkpoint (id, ${columns}, base)
         SELECT id || i, ${columns}, CASE i WHEN 4321 THEN 'late' ELSE 'x' END
         FROM checkpoint, n WHERE id = ?1`,
      [checkpoints[0]!],
    );
    for (const digest of ["late", "none"]) {
      await store.checkpoints.putBase({ digest, engine: "engine-1", bytes: new Uint8Array(9) });
    }
    let rests = 0;
    const remove = () => store.retention.removeBases("own", async () => void rests++);
    expect(await remove()).toBe(1);
    expect(await store.checkpoints.getBase("late")).toHaveLength(9);
    expect(rests).toBe(4);
  });

  test("removes old executions with their events, not those whose state is kept", async () => {
    const { session, executions } = await line(3);
    for (let i = 0; i < 5; i++) {
      const execution = { ...anExecution(session.id), dry_run: true };
      await store.executions.commit({ execution, events: [anEvent(execution.id, 1)] });
      executions.push(execution.id);
    }
    const old = async (count: number) =>
      (await store.retention.oldExecutions(session.id, { count, endedAfter: undefined })).ids;
    expect(await old(2)).toEqual(executions.slice(3, 6));
    expect(await store.retention.removeExecutions(session.id, await old(2))).toBe(3);
    expect((await store.executions.list(session.id, 100)).map(({ id }) => id)).toEqual(
      [...executions.slice(0, 3), ...executions.slice(6)].toReversed(),
    );
    expect(await store.executions.events(executions[3]!, 0, 10)).toEqual([]);
    expect(await store.executions.events(executions[6]!, 0, 10)).toHaveLength(1);
    const { historyBytes, checkpointBytes } = await store.retention.usage(10);
    expect(checkpointBytes).toBe(9);
    expect(historyBytes).toBeGreaterThan(1000);
  });

  test("an execution that a session is put back to meanwhile is not removed", async () => {
    const { session, executions, checkpoints } = await line(1);
    for (let i = 0; i < 3; i++) {
      const execution = anExecution(session.id);
      await store.executions.commit({ execution, events: [] });
      executions.push(execution.id);
    }
    const keep = { count: 1, endedAfter: undefined };
    const { ids } = await store.retention.oldExecutions(session.id, keep);
    expect(ids).toEqual(executions.slice(1, 3));
    const [, executionId] = executions;
    await store.history.rewind(
      session.id,
      { executionId: executionId!, checkpointId: checkpoints[0]! },
      NOW,
    );
    expect(await store.retention.removeExecutions(session.id, ids)).toBe(1);
    expect(await store.executions.get(executionId!)).toBeDefined();
  });
});
