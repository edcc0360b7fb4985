import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Daemon } from "../daemon.ts";
import { denoCommand } from "../others/deno.ts";
import { type BenchOptions, type Line, type Row, repeat } from "../row.ts";
import { type Run, runOf } from "../statistics.ts";

const STARTS = 8;

const TYPED_PROGRAM = `interface Item {
  readonly name: string;
  readonly price: number;
  tags?: string[];
}

class Cart {
  private items: Item[] = [];

  constructor(readonly owner: string) {}

  add(item: Item): this {
    this.items.push(item);
    return this;
  }

  total(): number {
    return this.items.map(({ price }) => price).reduce((sum, price) => sum + price, 0);
  }
}

const cart = new Cart("Ada").add({ name: "pen", price: 2 }).add({ name: "ink", price: 7 });
console.log(cart.owner, "pays", cart.total());
`;

/** Whole processes, as a script or a CI step starts them. */
export const commands: Row = {
  name: "commands",
  about: "`exec repl` and `run` as whole processes, beside node and deno",
  async *measure(bench) {
    {
      await using daemon = await Daemon.start(bench);
      const session = await daemon.session(await daemon.template());
      const command = [bench.binary, "--server-url", daemon.url, "exec", "repl", session, "1+1"];
      yield {
        what: "`vm-system exec repl`, whole process",
        unit: "ms",
        runs: await startsOf(bench, command),
        target: { most: 25 },
      };
    }
    yield* files(bench);
  },
};

async function* files(bench: BenchOptions): AsyncGenerator<Line> {
  const file = join(bench.folder, "small.js");
  writeFileSync(file, 'console.log("hello", [1, 2, 3].map((x) => x * 2));\n');
  writeFileSync(join(bench.folder, "small.ts"), TYPED_PROGRAM);
  // Node takes the types only in its newer versions: its figure is that of the same without them.
  const untyped = join(bench.folder, "untyped.mjs");
  writeFileSync(untyped, new Bun.Transpiler({ loader: "ts" }).transformSync(TYPED_PROGRAM));
  const deno = await denoCommand();
  const ours = await startsOf(bench, [bench.binary, "run", "small.js"]);
  const node = await startsOf(bench, ["node", file]);
  yield { what: "`vm-system run` of a small file", unit: "ms", runs: ours, target: { most: 60 } };
  yield { what: "`node` on the same file", unit: "ms", runs: node };
  yield {
    what: "`vm-system run` as a multiple of `node`",
    unit: "×",
    runs: ours.map(({ median }, i) => ({ median: median / (node[i]?.median ?? 1) })),
    target: { most: 1 },
  };
  const typed = await startsOf(bench, [bench.binary, "run", "small.ts"]);
  const nodeUntyped = await startsOf(bench, ["node", untyped]);
  yield {
    what: "`vm-system run` of a small TypeScript file",
    unit: "ms",
    runs: typed,
    target: { most: 60 },
  };
  yield { what: "`node` on the same, without its types", unit: "ms", runs: nodeUntyped };
  yield {
    what: "`vm-system run` of TypeScript as a multiple of `node` without",
    unit: "×",
    runs: typed.map(({ median }, i) => ({ median: median / (nodeUntyped[i]?.median ?? 1) })),
    target: { most: 1 },
  };
  const what = "`deno run` on the same file";
  if (!deno) yield { what, unit: "ms", runs: [], note: "deno could not be had from the registry" };
  else yield { what, unit: "ms", runs: await startsOf(bench, [deno, "run", "--quiet", file]) };
}

function startsOf(bench: BenchOptions, command: string[]): Promise<Run[]> {
  return repeat(bench.runs, async () => {
    const times: number[] = [];
    for (let i = 0; i < STARTS; i++) times.push(await startOf(command, bench.folder));
    return runOf(times);
  });
}

export async function startOf(command: string[], cwd: string): Promise<number> {
  const startMs = performance.now();
  const child = Bun.spawn(command, { cwd, stdio: ["ignore", "ignore", "inherit"] });
  const exitCode = await child.exited;
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: exit code ${exitCode}`);
  return performance.now() - startMs;
}
