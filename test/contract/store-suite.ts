import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Execution, ExecutionEvent } from "../../src/core/execution.ts";
import { newId } from "../../src/core/ids.ts";
import type { Checkpoint } from "../../src/core/ports/checkpoint-store.ts";
import type { ImportedSession } from "../../src/core/ports/import-store.ts";
import type { SessionRecord } from "../../src/core/ports/session-store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { SessionGrants } from "../../src/core/session.ts";
import { DEFAULT_SETTINGS } from "../../src/core/settings.ts";
import type { Template, TemplateDetail } from "../../src/core/template.ts";

/** A place where a store can be opened, and opened again after it was closed. */
export interface StoreTarget {
  open(): Promise<Store>;
  dispose(): Promise<void>;
}

export const NOW = "2026-11-20T12:00:00.000Z";
export const LATER = "2026-11-20T12:00:01.500Z";

export const aTemplate = (name: string): Template => ({
  id: newId(),
  name,
  engine: "quickjs",
  is_active: true,
  exposed_modules: [],
  libraries: [],
  created_at: NOW,
  updated_at: NOW,
});

const GRANTS: SessionGrants = {
  settings: DEFAULT_SETTINGS,
  modules: ["fs"],
  libraries: ["lodash-4.17.21"],
  globals: { ANSWER: 42 },
  env: {},
  fsReadOnly: false,
  netAllowed: false,
};

export function aSession(status: SessionRecord["session"]["status"] = "ready"): SessionRecord {
  return {
    headChain: { depth: 0, bytes: 0, largestBytes: 0 },
    stateGone: false,
    session: {
      id: newId(),
      vm_id: newId(),
      workspace_id: "w",
      base_commit_oid: "c0ffee",
      worktree_path: "/srv/work",
      status,
      created_at: NOW,
      last_used_at: NOW,
      heap_bytes: 0,
      stored_bytes: 0,
    },
    grants: GRANTS,
  };
}

export function anExecution(sessionId: string, id = newId()): Omit<Execution, "events"> {
  return {
    id,
    session_id: sessionId,
    kind: "repl",
    input: "'a\0b' + \"\ud800\"",
    args: [],
    env: {},
    status: "ok",
    started_at: NOW,
    ended_at: LATER,
    result: { type: "number", preview: "42", json: 42 },
    metrics: { duration_ms: 1.5, cpu_ms: 1, queue_ms: 0, heap_bytes: 1000, checkpoint_bytes: 3 },
  };
}

export const anEvent = (executionId: string, seq: number): ExecutionEvent => ({
  execution_id: executionId,
  seq,
  ts: NOW,
  type: "console",
  payload: { level: "log", text: `line ${seq}` },
});

export const aCheckpoint = (
  sessionId: string,
  executionId: string,
  parentId?: string,
): Checkpoint => ({
  id: newId(),
  sessionId,
  executionId,
  kind: "execution",
  createdAt: NOW,
  ...(parentId === undefined ? {} : { parentId }),
  data: {
    engine: "engine-1",
    base: "b".repeat(64),
    delta: new Uint8Array([1, 2, parentId === undefined ? 3 : 4]),
    heapBytes: 1000,
    full: parentId === undefined,
  },
});

/** What every adapter of the store must do. */
export function storeSuite(name: string, makeTarget: () => Promise<StoreTarget>): void {
  describe(`store contract: ${name}`, () => {
    let target: StoreTarget;
    let store: Store;
    const reopen = async () => {
      await store.close();
      store = await target.open();
    };

    beforeEach(async () => {
      target = await makeTarget();
      store = await target.open();
    });
    afterEach(async () => {
      await store.close();
      await target.dispose();
    });

    describe("templates", () => {
      test("come back whole, newest first, after a restart too", async () => {
        const [first, second] = [aTemplate("first"), aTemplate("second")];
        await store.templates.insert(first, DEFAULT_SETTINGS);
        await store.templates.insert(second, DEFAULT_SETTINGS);
        await reopen();
        expect(await store.templates.list()).toEqual([second, first]);
        expect(await store.templates.get(first.id)).toEqual({
          template: first,
          settings: { vm_id: first.id, ...DEFAULT_SETTINGS },
          capabilities: [],
          startup_files: [],
        });
        expect(await store.templates.get(newId())).toBeUndefined();
      });

      test("have names of their own", async () => {
        const first = aTemplate("taken");
        const second = aTemplate("free");
        await store.templates.insert(first, DEFAULT_SETTINGS);
        await store.templates.insert(second, DEFAULT_SETTINGS);
        const taken = { code: "TEMPLATE_EXISTS", details: { template_id: first.id } };
        const change = { name: "taken", updated_at: LATER };
        await expect(
          store.templates.insert(aTemplate("taken"), DEFAULT_SETTINGS),
        ).rejects.toMatchObject(taken);
        await expect(store.templates.update(second.id, change)).rejects.toMatchObject(taken);
        expect(await store.templates.update(first.id, change)).toBe(true);
        expect(await store.templates.update(newId(), { updated_at: LATER })).toBe(false);
      });

      test("change in the fields given alone", async () => {
        const template = aTemplate("before");
        await store.templates.insert(template, DEFAULT_SETTINGS);
        const settings = {
          ...DEFAULT_SETTINGS,
          runtime: { ...DEFAULT_SETTINGS.runtime, esm: true },
        };
        await store.templates.update(template.id, {
          settings: (before) => ({ ...before, runtime: { ...before.runtime, esm: true } }),
          updated_at: LATER,
        });
        const detail = await store.templates.get(template.id);
        expect(detail?.template).toEqual({ ...template, updated_at: LATER });
        expect(detail?.settings).toEqual({ vm_id: template.id, ...settings });
      });

      test("list modules and libraries in the order added, each once", async () => {
        const { id } = aTemplate("names");
        await store.templates.insert({ ...aTemplate("names"), id }, DEFAULT_SETTINGS);
        for (const module of ["fs", "database", "fs"]) {
          await store.templates.addName(id, "modules", module, LATER);
        }
        await store.templates.addName(id, "libraries", "lodash-4.17.21", LATER);
        await store.templates.removeName(id, "libraries", "absent", LATER);
        expect((await store.templates.get(id))?.template).toMatchObject({
          exposed_modules: ["fs", "database"],
          libraries: ["lodash-4.17.21"],
          updated_at: LATER,
        });
        await store.templates.removeName(id, "modules", "fs", LATER);
        expect((await store.templates.get(id))?.template.exposed_modules).toEqual(["database"]);
        await expect(
          store.templates.addName(newId(), "modules", "fs", LATER),
        ).rejects.toMatchObject({
          code: "TEMPLATE_NOT_FOUND",
        });
      });

      test("take their settings, capabilities and startup files with them", async () => {
        const template = aTemplate("whole");
        const vm_id = template.id;
        await store.templates.insert(template, DEFAULT_SETTINGS);
        const capability = {
          id: newId(),
          vm_id,
          kind: "module" as const,
          name: "fs",
          enabled: false,
          config: { a: [1] },
        };
        const b = { id: newId(), vm_id, path: "b.js", order_index: 1, mode: "eval" };
        const a = { id: newId(), vm_id, path: "a.js", order_index: 1, mode: "eval" };
        const first = { id: newId(), vm_id, path: "z.js", order_index: -1, mode: "eval" };
        await store.templates.insertCapability(capability);
        for (const file of [b, a, first]) await store.templates.insertStartupFile(file);
        await expect(
          store.templates.insertCapability({ ...capability, id: newId() }),
        ).rejects.toMatchObject({ code: "CAPABILITY_EXISTS" });
        await expect(
          store.templates.insertStartupFile({ ...a, id: newId() }),
        ).rejects.toMatchObject({
          code: "STARTUP_FILE_EXISTS",
        });
        expect(await store.templates.get(vm_id)).toMatchObject({
          capabilities: [capability],
          startup_files: [first, b, a],
        });
        expect(await store.templates.findCapability(vm_id, "module", "fs")).toEqual(capability);
        expect(await store.templates.deleteStartupFile(newId(), a.id)).toBe(false);
        expect(await store.templates.deleteStartupFile(vm_id, a.id)).toBe(true);

        expect(await store.templates.delete(vm_id)).toBe(true);
        expect(await store.templates.delete(vm_id)).toBe(false);
        expect(await store.templates.listCapabilities(vm_id)).toEqual([]);
        expect(await store.templates.listStartupFiles(vm_id)).toEqual([]);
        expect(await store.templates.deleteCapability(vm_id, capability.id)).toBe(false);
      });
    });

    describe("sessions", () => {
      test("come back whole, newest first, by status, after a restart too", async () => {
        const [ready, starting] = [aSession("ready"), aSession("starting")];
        await store.sessions.insert(ready);
        await store.sessions.insert(starting);
        await reopen();
        expect(await store.sessions.get(ready.session.id)).toEqual(ready);
        expect(await store.sessions.get(newId())).toBeUndefined();
        expect(await store.sessions.list()).toEqual([starting.session, ready.session]);
        expect(await store.sessions.list("ready")).toEqual([ready.session]);
        expect(await store.sessions.idsByStatus("starting")).toEqual([starting.session.id]);
        expect(await store.sessions.idsByStatus("closed")).toEqual([]);
      });

      test("change in the fields given alone", async () => {
        const { session, grants } = aSession();
        await store.sessions.insert({ session, grants });
        await store.sessions.update(session.id, { status: "crashed", last_error: "why" });
        await store.sessions.update(session.id, { status: "closed", closed_at: LATER });
        expect((await store.sessions.get(session.id))?.session).toEqual({
          ...session,
          status: "closed",
          closed_at: LATER,
          last_error: "why",
        });
        await expect(store.sessions.update(newId(), { status: "closed" })).rejects.toThrow();
      });

      test("have one lease", async () => {
        const id = newId();
        const lease = await store.sessions.tryLease(id);
        expect(await store.sessions.tryLease(id)).toBeUndefined();
        expect(await store.sessions.tryLease(newId())).toBeDefined();
        lease?.release();
        const next = await store.sessions.tryLease(id);
        expect(next).toBeDefined();
        lease?.release();
        expect(await store.sessions.tryLease(id)).toBeUndefined();
      });
    });

    describe("executions", () => {
      test("commit record, events, checkpoint and head together", async () => {
        const { session, grants } = aSession("starting");
        await store.sessions.insert({ session, grants });
        const execution = anExecution(session.id);
        const events = [anEvent(execution.id, 1), anEvent(execution.id, 2)];
        const checkpoint = aCheckpoint(session.id, execution.id);
        await store.executions.commit({
          execution,
          events,
          checkpoint,
          session: { id: session.id, status: "ready" },
        });
        await reopen();
        expect(await store.executions.get(execution.id)).toEqual(execution);
        expect(await store.executions.events(execution.id, 0, 10)).toEqual(events);
        expect(await store.sessions.get(session.id)).toEqual({
          session: {
            ...session,
            status: "ready",
            head_execution_id: execution.id,
            last_used_at: LATER,
            heap_bytes: 1000,
            stored_bytes: 3,
          },
          grants,
          headCheckpointId: checkpoint.id,
          headChain: { depth: 1, bytes: 3, largestBytes: 3 },
          stateGone: false,
        });
      });

      test("that run are seen, get more events, and end once", async () => {
        const { session, grants } = aSession();
        await store.sessions.insert({ session, grants });
        const ended = anExecution(session.id);
        const { ended_at, result, ...rest } = ended;
        const running = { ...rest, status: "running" as const };
        const events = [1, 2, 3].map((seq) => anEvent(ended.id, seq));
        await store.executions.insertRunning(running, events.slice(0, 1));
        expect(await store.executions.get(ended.id)).toEqual(running);
        await store.executions.appendEvents(events.slice(1, 2));
        await store.executions.commit({ execution: ended, events: events.slice(2) });
        expect(await store.executions.get(ended.id)).toEqual(ended);
        expect(await store.executions.events(ended.id, 0, 10)).toEqual(events);
        const again = { ...ended, status: "error" as const };
        await expect(store.executions.commit({ execution: again, events: [] })).rejects.toThrow(
          "ended",
        );
        expect(await store.executions.get(ended.id)).toEqual(ended);
      });

      test("are paged newest first, their events ascending", async () => {
        const { session, grants } = aSession();
        const other = aSession();
        await store.sessions.insert({ session, grants });
        await store.sessions.insert(other);
        const executions = [1, 2, 3].map(() => anExecution(session.id));
        for (const execution of executions) {
          const events = [1, 2, 3].map((seq) => anEvent(execution.id, seq));
          await store.executions.commit({ execution, events });
        }
        const [first, second, third] = executions;
        expect(await store.executions.list(session.id, 2)).toEqual([third!, second!]);
        expect(await store.executions.list(session.id, 1, third!.id)).toEqual([second!]);
        expect(await store.executions.list(session.id, 2, second!.id)).toEqual([first!]);
        expect(await store.executions.list(session.id, 2, first!.id)).toEqual([]);
        expect(await store.executions.list(other.session.id, 2)).toEqual([]);
        expect(await store.executions.events(first!.id, 1, 1)).toEqual([anEvent(first!.id, 2)]);
        for (const past of [3, 2 ** 20, Number.MAX_SAFE_INTEGER]) {
          expect(await store.executions.events(first!.id, past, 10)).toEqual([]);
        }
        expect(await store.executions.events(second!.id, 0, Number.MAX_SAFE_INTEGER)).toHaveLength(
          3,
        );
        expect(await store.executions.events(newId(), 0, 10)).toEqual([]);
      });

      test("that fail to commit leave nothing, and their neighbours stay", async () => {
        const { session, grants } = aSession();
        await store.sessions.insert({ session, grants });
        const good = [anExecution(session.id), anExecution(session.id)];
        const orphan = anExecution(session.id);
        const results = await Promise.allSettled([
          store.executions.commit({ execution: good[0]!, events: [anEvent(good[0]!.id, 1)] }),
          store.executions.commit({
            execution: orphan,
            events: [anEvent(orphan.id, 1)],
            checkpoint: aCheckpoint(session.id, orphan.id, newId()),
          }),
          store.executions.commit({ execution: good[1]!, events: [] }),
        ]);
        expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
        expect(await store.executions.get(orphan.id)).toBeUndefined();
        expect(await store.executions.list(session.id, 10)).toEqual([good[1]!, good[0]!]);
        expect((await store.sessions.get(session.id))?.headCheckpointId).toBeUndefined();
      });
    });

    describe("checkpoints", () => {
      test("chain from the last full one", async () => {
        const { session, grants } = aSession();
        await store.sessions.insert({ session, grants });
        const commit = async (parentId?: string) => {
          const execution = anExecution(session.id);
          const checkpoint = aCheckpoint(session.id, execution.id, parentId);
          await store.executions.commit({ execution, events: [], checkpoint });
          return checkpoint;
        };
        const first = await commit();
        const second = await commit(first.id);
        expect((await store.sessions.get(session.id))?.headChain.depth).toBe(2);
        const links = [first, second].map(({ id, data }) => ({ id, delta: data.delta }));
        expect(await store.checkpoints.chain(second.id)).toEqual({
          engine: "engine-1",
          base: "b".repeat(64),
          heapBytes: second.data.heapBytes,
          links,
        });
        const full = await commit();
        expect((await store.sessions.get(session.id))?.headChain.depth).toBe(1);
        expect((await store.checkpoints.chain(full.id))?.links).toHaveLength(1);
        expect(await store.checkpoints.chain(newId())).toBeUndefined();
      });

      test("may be prepared ahead, and start sessions", async () => {
        const { sessionId: _, executionId: __, ...rest } = aCheckpoint("", "");
        const prepared: Checkpoint = { ...rest, kind: "prepared" };
        expect(await store.checkpoints.has(prepared.id)).toBe(false);
        await store.checkpoints.insert(prepared);
        await store.checkpoints.insert(prepared);
        expect(await store.checkpoints.has(prepared.id)).toBe(true);
        const record = { ...aSession(), headCheckpointId: prepared.id };
        await store.sessions.insert(record);
        expect(await store.sessions.get(record.session.id)).toEqual({
          ...record,
          session: { ...record.session, heap_bytes: 1000 },
          originCheckpointId: prepared.id,
          headChain: { depth: 1, bytes: 3, largestBytes: 3 },
        });
        await store.sessions.update(record.session.id, { headCheckpointId: null });
        expect((await store.sessions.get(record.session.id))?.headChain.depth).toBe(0);
      });

      test("rest on base images, kept by digest", async () => {
        const digest = "d".repeat(64);
        expect(await store.checkpoints.getBase(digest)).toBeUndefined();
        const base = { digest, engine: "engine-1", bytes: new Uint8Array([7, 8]) };
        await store.checkpoints.putBase(base);
        await store.checkpoints.putBase(base);
        expect(await store.checkpoints.getBase(digest)).toEqual(base.bytes);
      });
    });

    test("sessions from files come with all that is theirs, or not at all", async () => {
      const { session, grants } = aSession();
      const template = aTemplate("brought");
      const detail: TemplateDetail = {
        template,
        settings: { vm_id: template.id, ...DEFAULT_SETTINGS },
        capabilities: [
          { id: newId(), vm_id: template.id, kind: "env", name: "A", enabled: true, config: {} },
        ],
        startup_files: [
          { id: newId(), vm_id: template.id, path: "x.js", order_index: 1, mode: "eval" },
        ],
      };
      const [undone, head] = [anExecution(session.id), anExecution(session.id)];
      const checkpoint = aCheckpoint(session.id, head.id);
      const base = { digest: "a".repeat(64), engine: "engine-1", bytes: new Uint8Array([1]) };
      const imported: ImportedSession = {
        session: { session, grants, headCheckpointId: checkpoint.id, headExecutionId: head.id },
        template: detail,
        base,
        checkpoint,
        executions: [
          { ...undone, undone_at: LATER, events: [anEvent(undone.id, 1), anEvent(undone.id, 2)] },
          { ...head, parent_execution_id: undone.id },
        ],
      };
      await store.templates.insert(aTemplate("brought"), DEFAULT_SETTINGS);
      await expect(store.imports.insert(imported)).rejects.toMatchObject({
        code: "TEMPLATE_EXISTS",
      });
      expect(await store.sessions.get(session.id)).toBeUndefined();
      expect(await store.checkpoints.has(checkpoint.id)).toBe(false);
      expect(await store.checkpoints.getBase(base.digest)).toBeUndefined();

      template.name = "free";
      await store.imports.insert(imported);
      await reopen();
      expect(await store.templates.get(template.id)).toEqual(detail);
      expect(await store.sessions.get(session.id)).toMatchObject({
        headCheckpointId: checkpoint.id,
        originCheckpointId: checkpoint.id,
        session: { head_execution_id: head.id, heap_bytes: 1000, stored_bytes: 3 },
      });
      expect(await store.executions.list(session.id, 10)).toEqual([
        { ...head, parent_execution_id: undone.id },
        { ...undone, undone_at: LATER },
      ]);
      expect(await store.executions.events(undone.id, 0, 10)).toHaveLength(2);
      expect(await store.history.stateAfter(head.id)).toMatchObject({ isKept: true });
      expect(await store.history.stateAfter(undone.id)).toMatchObject({ isKept: false });
      expect(await store.checkpoints.getBase(base.digest)).toEqual(base.bytes);
    });

    test("idempotency records come and go with what they are for", async () => {
      const record = aSession();
      const key = { key: "k", digest: "d", subjectId: record.session.id, createdAt: NOW };
      await store.sessions.insert(record, key);
      await reopen();
      expect(await store.idempotency.find("k", NOW)).toEqual(key);
      expect(await store.idempotency.find("k", LATER)).toBeUndefined();
      await expect(store.sessions.insert(record, { ...key, key: "k2" })).rejects.toThrow();
      expect(await store.idempotency.find("k2", NOW)).toBeUndefined();

      const execution = anExecution(record.session.id);
      const again = { key: "k", digest: "e", subjectId: execution.id, createdAt: LATER };
      await store.executions.commit({ execution, events: [], idempotency: again });
      expect(await store.idempotency.find("k", LATER)).toEqual(again);
      await store.idempotency.sweep("2026-11-20T12:00:02.000Z");
      expect(await store.idempotency.find("k", NOW)).toBeUndefined();
    });

    test("recover ends what a stop cut off", async () => {
      const [ready, starting] = [aSession("ready"), aSession("starting")];
      await store.sessions.insert(ready);
      await store.sessions.insert(starting);
      const { ended_at, result, ...rest } = anExecution(ready.session.id);
      const running = { ...rest, status: "running" as const };
      await store.executions.insertRunning(running, [anEvent(running.id, 1)]);
      await reopen();
      expect(await store.recover(LATER)).toEqual({ ready: 1, crashed: 1, interrupted: 1 });
      expect(await store.recover(LATER)).toEqual({ ready: 1, crashed: 0, interrupted: 0 });
      expect((await store.sessions.get(starting.session.id))?.session).toMatchObject({
        status: "crashed",
        last_error: expect.stringContaining("startup failed:"),
      });
      const error = { message: expect.any(String), code: "DAEMON_STOPPED" };
      const { heap_bytes, checkpoint_bytes } = running.metrics;
      expect(await store.executions.get(running.id)).toEqual({
        ...running,
        status: "error",
        ended_at: LATER,
        error,
        metrics: { heap_bytes, checkpoint_bytes },
      });
      const notice = {
        message: expect.stringContaining("as it was before this execution (DAEMON_STOPPED)"),
        level: "warn",
      };
      const event = { execution_id: running.id, ts: LATER };
      expect(await store.executions.events(running.id, 0, 10)).toEqual([
        anEvent(running.id, 1),
        { ...event, seq: 2, type: "system", payload: notice },
        { ...event, seq: 3, type: "exception", payload: error },
      ]);
    });
  });
}
