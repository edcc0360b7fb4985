import { openStore } from "../../src/sqlite/store.ts";
import { aCheckpoint, anEvent, anExecution, aSession } from "../contract/store-suite.ts";

// Commits from four clients until it is killed, and says on stdout what was answered: one line
// "session execution checkpoint" for each.
const [path] = process.argv.slice(2);
const store = openStore({ path: path!, durability: "normal" });
await Promise.all(
  [1, 2, 3, 4].map(async () => {
    const record = aSession();
    const { id } = record.session;
    await store.sessions.insert(record);
    for (let head: string | undefined; ; ) {
      const execution = anExecution(id);
      const checkpoint = aCheckpoint(id, execution.id, head);
      const events = [anEvent(execution.id, 1), anEvent(execution.id, 2)];
      await store.executions.commit({ execution, events, checkpoint });
      head = checkpoint.id;
      process.stdout.write(`${id} ${execution.id} ${checkpoint.id}\n`);
    }
  }),
);
