import { join } from "node:path";
import { getQuickJS } from "quickjs-emscripten";
import { Daemon } from "../daemon.ts";
import { HttpConnection, post } from "../http-connection.ts";
import { denoCommand } from "../others/deno.ts";
import { type BenchOptions, type Line, type Row, repeat } from "../row.ts";
import { type Run, runOf } from "../statistics.ts";
import { startOf } from "./commands.ts";

const CALLS = 400;

/** The same work by other means, in the same run: none of them keeps anything. */
export const withoutUs: Row = {
  name: "without-us",
  about: "1+1 in QuickJS in process, in node:vm behind HTTP, in fresh processes",
  async *measure(bench) {
    const ours = await ourCalls(bench);
    const others: [string, readonly Run[]][] = [
      ["quickjs-emscripten in process, no persistence", await inProcess(bench)],
      ["node:vm in a Node server over HTTP", await nodeServer(bench)],
      ["a fresh node process per snippet", await processes(bench, ["node", "-p", "1+1"])],
    ];
    const deno = await denoCommand();
    if (deno)
      others.push([
        "a fresh deno process per snippet",
        await processes(bench, [deno, "eval", "--quiet", "1+1"]),
      ]);
    yield { what: "REPL call 1+1 with us, durable (full)", unit: "ms", runs: ours };
    for (const [what, runs] of others) {
      yield { what, unit: "ms", runs };
      yield ratio(`… as a multiple of our call`, runs, ours);
    }
  },
};

const ratio = (what: string, runs: readonly Run[], ours: readonly Run[]): Line => ({
  what,
  unit: "×",
  runs: runs.map(({ median }, i) => ({ median: median / (ours[i]?.median ?? 1) })),
});

async function ourCalls(bench: BenchOptions): Promise<Run[]> {
  await using daemon = await Daemon.start(bench);
  const request = daemon.repl(await daemon.session(await daemon.template()));
  await daemon.run(3000, request);
  return await repeat(bench.runs, () => daemon.run(CALLS, request));
}

async function inProcess(bench: BenchOptions): Promise<Run[]> {
  const context = (await getQuickJS()).newContext();
  const once = () => {
    const startMs = performance.now();
    context.unwrapResult(context.evalCode("1+1")).consume((handle) => context.dump(handle));
    return performance.now() - startMs;
  };
  for (let i = 0; i < 300; i++) once();
  const runs = await repeat(bench.runs, async () => runOf(Array.from({ length: CALLS }, once)));
  context.dispose();
  return runs;
}

async function nodeServer(bench: BenchOptions): Promise<Run[]> {
  const script = join(import.meta.dir, "../others/node-server.mjs");
  const child = Bun.spawn(["node", script], { stdio: ["ignore", "pipe", "inherit"] });
  const { value: line } = await child.stdout.getReader().read();
  const port = new TextDecoder().decode(line).trim();
  const connection = await HttpConnection.open(`http://127.0.0.1:${port}`);
  const request = post("/", { input: "1+1" });
  const once = async () => {
    const startMs = performance.now();
    await connection.send(request);
    return performance.now() - startMs;
  };
  for (let i = 0; i < 300; i++) await once();
  const runs = await repeat(bench.runs, async () => {
    const times: number[] = [];
    for (let i = 0; i < CALLS; i++) times.push(await once());
    return runOf(times);
  });
  connection.close();
  child.kill();
  await child.exited;
  return runs;
}

const processes = (bench: BenchOptions, command: string[]): Promise<Run[]> =>
  repeat(bench.runs, async () => {
    const times: number[] = [];
    for (let i = 0; i < 4; i++) times.push(await startOf(command, bench.folder));
    return runOf(times);
  });
