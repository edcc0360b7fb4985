import { expect, test } from "bun:test";
import type { Execution } from "../../src/core/execution.ts";
import type { ExecutionRunner } from "../../src/core/execution-runner.ts";
import { ExportService } from "../../src/core/export-service.ts";
import { LIMITS } from "../../src/core/limits.ts";
import type { Runner } from "../../src/core/ports/runner.ts";
import { decodeSession } from "../../src/core/session-file-parts.ts";
import { anExecution, aSession } from "../contract/store-suite.ts";
import { tempStore } from "../sqlite/temp-store.ts";

/** More than are read with one statement. */
const EXECUTIONS = 120;

/** How much is done before others have their turn; each piece of it takes its time. */
class Turns {
  most = 0;
  private inThis = 0;

  work(): void {
    for (const fromMs = performance.now(); performance.now() - fromMs < LIMITS.stepMs / 2; );
    if (this.inThis++ === 0) {
      setImmediate(() => {
        this.inThis = 0;
      });
    }
    this.most = Math.max(this.most, this.inThis);
  }
}

test("a long history is exported whole, and others have their turn meanwhile", async () => {
  using temp = tempStore();
  const store = temp.open();
  const { session, grants } = aSession();
  await store.sessions.insert({ session, grants });
  const executions = Array.from({ length: EXECUTIONS }, () => anExecution(session.id));
  for (const execution of executions) await store.executions.commit({ execution, events: [] });
  const [reading, writing] = [new Turns(), new Turns()];
  const { events } = store.executions;
  store.executions.events = async (...args) => {
    reading.work();
    return events(...args);
  };
  const { list } = store.executions;
  store.executions.list = async (...args) =>
    (await list(...args)).map((execution) => ({ ...execution, args: told(execution, writing) }));
  const exporter = new ExportService(
    store,
    { assertOpen: () => {} } as unknown as ExecutionRunner,
    {} as Runner,
    { nowMs: Date.now, monotonicMs: () => performance.now() },
    "0",
  );
  const { history } = await decodeSession(await exporter.export(session.id, { history: true }));
  expect(history).toEqual(executions.map((execution) => ({ ...execution, events: [] })));
  expect(reading.most).toBeLessThan(10);
  expect(writing.most).toBeLessThan(10);
  await store.close();
});

/** The arguments as they are, and whoever writes them down is heard of. */
const told = ({ args }: Pick<Execution, "args">, turns: Turns) => {
  const toJSON = () => {
    turns.work();
    return args;
  };
  return Object.defineProperty(structuredClone(args) as object, "toJSON", { value: toJSON });
};
