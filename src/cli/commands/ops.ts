import type { Client } from "../../client/client.ts";
import { command, group } from "../command.ts";

export default group({
  name: "ops",
  summary: "The daemon itself",
  subCommands: {
    health: async () => show("health", "Whether the daemon answers", (client) => client.health()),
    "runtime-summary": async () =>
      show("runtime-summary", "Ready sessions, workers and the queue", (client) =>
        client.runtimeSummary(),
      ),
    store: async () => (await import("./ops-store.ts")).store,
    gc: async () => (await import("./ops-store.ts")).gc,
  },
});

const show = (name: string, summary: string, ask: (client: Client) => Promise<unknown>) =>
  command({
    name,
    summary,
    async run(context) {
      const answer = await ask(await context.client());
      context.result(answer, () => JSON.stringify(answer, null, 2));
    },
  });
