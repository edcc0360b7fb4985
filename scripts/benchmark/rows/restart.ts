import { Daemon } from "../daemon.ts";
import { type BenchOptions, type Line, type Row, repeat } from "../row.ts";
import { runOf } from "../statistics.ts";

export const restart: Row = {
  name: "restart",
  about: "the first execution in a session after the daemon was started again",
  async *measure(bench) {
    yield await afterRestart(bench, "small heap", "var x = 1", 3);
    yield await afterRestart(
      bench,
      "heap of 24 MB",
      "var big = []; for (let i = 0; i < 24; i++) big.push(new Uint8Array(2 ** 20).fill(i)); 1",
      30,
    );
  },
};

const SESSIONS = 5;

/** What a daemon starts in the background, workers that warm up above all, is done by then. */
const BACKGROUND_MS = 500;

async function afterRestart(
  bench: BenchOptions,
  heap: string,
  input: string,
  most: number,
): Promise<Line> {
  const db = `${bench.folder}/restart-${most}.db`;
  const sessions: string[] = [];
  {
    await using daemon = await Daemon.start(bench, { db });
    const template = await daemon.template();
    for (let i = 0; i < SESSIONS; i++) {
      const session = await daemon.session(template);
      await daemon.times([daemon.repl(session, input), daemon.repl(session)]);
      sessions.push(session);
    }
  }
  const runs = await repeat(bench.runs, async () => {
    await using daemon = await Daemon.start(bench, { db });
    // A request that comes at once would measure that.
    await Bun.sleep(BACKGROUND_MS);
    const warm = await daemon.session(await daemon.template());
    await daemon.times([daemon.repl(warm), daemon.repl(warm)]);
    return runOf(await daemon.times(sessions.map((session) => daemon.repl(session))));
  });
  return { what: `first execution after a restart, ${heap}`, unit: "ms", runs, target: { most } };
}
