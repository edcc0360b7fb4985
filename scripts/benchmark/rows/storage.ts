import { Daemon } from "../daemon.ts";
import { cloneSessions } from "../prefill.ts";
import { residentMib } from "../processes.ts";
import { type Row, repeat } from "../row.ts";

const SNIPPETS = [
  "var orders = (globalThis.orders || []); orders.push({ id: orders.length, total: 12.5 }); orders.length",
  "orders.map((order) => order.total).reduce((sum, total) => sum + total, 0)",
  "function tax(x) { return x * 1.19 } tax(orders.length)",
  "JSON.stringify(orders.at(-1))",
  "const names = new Map(orders.map((order) => [order.id, 'order ' + order.id])); names.size",
];

export const storage: Row = {
  name: "storage",
  about: "bytes stored for an execution, memory of sessions asleep",
  async *measure(bench) {
    {
      await using daemon = await Daemon.start(bench);
      const session = await daemon.session(await daemon.template());
      const requests = SNIPPETS.map((input) => daemon.repl(session, input));
      await daemon.times(requests);
      const runs = await repeat(bench.runs, async () => {
        const before = await storedOf(daemon, session);
        for (let i = 0; i < 4; i++) await daemon.times(requests);
        return { median: ((await storedOf(daemon, session)) - before) / 1024 / 20 };
      });
      yield {
        what: "stored of an ordinary execution's state",
        unit: "KiB",
        runs,
        target: { most: 16 },
      };
    }
    const db = `${bench.folder}/asleep.db`;
    const empty = await residentAtRest(bench, `${bench.folder}/empty.db`);
    {
      await using daemon = await Daemon.start(bench, { db });
      const session = await daemon.session(await daemon.template());
      await daemon.times([daemon.repl(session)]);
    }
    cloneSessions(db, 10_000);
    const asleep = await residentAtRest(bench, db);
    yield {
      what: "10,000 ready sessions asleep: memory beyond an empty daemon's",
      unit: "MiB",
      runs: [{ median: Math.max(0, asleep - empty) }],
      target: { most: 100 },
    };
  },
};

async function storedOf(daemon: Daemon, session: string): Promise<number> {
  const { stored_bytes } = await daemon.read<{ stored_bytes: number }>(`/sessions/${session}`);
  return stored_bytes;
}

async function residentAtRest(bench: Parameters<Row["measure"]>[0], db: string): Promise<number> {
  await using daemon = await Daemon.start(bench, { db });
  // The list that a client would ask for first, so that what it needs is counted.
  await daemon.read("/runtime/summary");
  await Bun.sleep(500);
  return residentMib(daemon.pid);
}
