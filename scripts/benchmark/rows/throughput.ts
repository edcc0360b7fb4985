import { Daemon } from "../daemon.ts";
import { clients } from "../load.ts";
import type { Line, Row } from "../row.ts";
import { runOf } from "../statistics.ts";

const CLIENTS = [1, 4, 16, 64];
const WORKERS = [1, 2, 4];
const MS = 400;

export const throughput: Row = {
  name: "throughput",
  about: "calls a second against clients (1, 4, 16, 64) and workers (1, 2, 4)",
  async *measure(bench) {
    for (const workers of WORKERS) {
      await using daemon = await Daemon.start(bench, { workers });
      const template = await daemon.template();
      const requests: Uint8Array[] = [];
      for (let i = 0; i < 64; i++) requests.push(daemon.repl(await daemon.session(template)));
      await clients(daemon, 16, requests, 800);
      for (const count of CLIENTS) {
        const loads = [];
        for (let run = 0; run < bench.runs; run++) {
          loads.push(await clients(daemon, count, requests, MS));
        }
        const line: Line = {
          what: `calls a second, clients: ${count}, workers: ${workers}`,
          unit: "/s",
          runs: loads.map(({ perSecond }) => ({ median: perSecond })),
          note: `p99 of a call ${runOf(loads.flatMap(({ times }) => times)).p99?.toFixed(1)} ms`,
        };
        yield line;
      }
    }
  },
};
