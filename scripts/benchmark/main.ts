import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { machineOf } from "./machine.ts";
import { ROWS } from "./rows.ts";
import { type Result, renderTable, resultOf } from "./table.ts";

const HELP = `scripts/bench measures the built program and prints one table.

    scripts/bench [ROW]... [--runs 5] [--json FILE] [--binary dist/vm-system]

Without a row all of them run, in some seven minutes. The table goes to stdout, what is being
measured to stderr, and the numbers to a file: dist/bench.json, or the one that --json names.

${ROWS.map(({ name, about }) => `    ${name.padEnd(12)} ${about}`).join("\n")}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string", default: "5" },
    json: { type: "string", default: "dist/bench.json" },
    binary: { type: "string", default: "dist/vm-system" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const unknown = positionals.filter((name) => !ROWS.some((row) => row.name === name));
const runs = Number(values.runs);
if (unknown.length > 0 || !(Number.isInteger(runs) && runs > 0)) {
  console.error(
    unknown.length > 0 ? `no such row: ${unknown.join(", ")}` : "--runs takes a number",
  );
  console.error(HELP);
  process.exit(2);
}

const binary = resolve(values.binary);
const folder = mkdtempSync(join(tmpdir(), "vm-system-bench-"));
const machine = machineOf(binary);
const results: Result[] = [];
const failed: string[] = [];
const startMs = performance.now();
try {
  for (const row of ROWS) {
    if (positionals.length > 0 && !positionals.includes(row.name)) continue;
    console.error(`${row.name}: ${row.about}`);
    try {
      for await (const line of row.measure({ binary, runs, folder })) {
        results.push(resultOf(row.name, line));
      }
    } catch (error) {
      failed.push(`${row.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const seconds = Math.round((performance.now() - startMs) / 1000);
const { system, processor, cores, memory_mib, program, bun, node, load_before } = machine;
console.log(renderTable(results));
console.log(
  `\n${program}, ${system}, ${cores} × ${processor}, ${memory_mib} MiB; bun ${bun}, node ${node}; ` +
    `durability full unless a line says otherwise; medians of ${runs} runs; load before ${load_before}; ${seconds} s.`,
);
for (const failure of failed) console.error(`could not be measured: ${failure}`);
writeFileSync(
  values.json,
  `${JSON.stringify({ machine, runs, seconds, failed, results }, null, 2)}\n`,
);
process.exit(failed.length > 0 ? 1 : 0);
