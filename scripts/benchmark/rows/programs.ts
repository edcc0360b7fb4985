import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Daemon } from "../daemon.ts";
import { packages } from "../others/packages.ts";
import { type Row, repeat } from "../row.ts";
import { runOf } from "../statistics.ts";

const PACKAGES = { ajv: "8.17.1", handlebars: "4.7.8" };

/** Files that somebody might really run. */
const PROGRAMS: Readonly<Record<string, readonly [what: string, source: string]>> = {
  "csv.js": [
    "parse and aggregate a CSV of 5 MB",
    `const lines = require("fs").readFileSync("orders.csv").split("\\n");
const totals = {};
for (let i = 1; i < lines.length; i++) {
  const fields = lines[i].split(",");
  totals[fields[1]] = (totals[fields[1]] || 0) + Number(fields[3]) * Number(fields[2]);
}
Object.keys(totals).length;`,
  ],
  "render.js": [
    "render 1,000 templates with handlebars",
    `const Handlebars = require("handlebars/dist/handlebars.js");
const render = Handlebars.compile("<h1>{{name}}</h1>{{#each items}}<li>{{this.n}}: {{this.text}}</li>{{/each}}");
let length = 0;
for (let i = 0; i < 1000; i++) {
  length += render({ name: "n" + i, items: [{ n: 1, text: "<a>" }, { n: 2, text: "b" }, { n: 3, text: "c" }] }).length;
}
length;`,
  ],
  "validate.js": [
    "validate 10,000 objects with ajv",
    `const Ajv = require("ajv").default;
const check = new Ajv().compile({ type: "object", required: ["id", "name"], additionalProperties: false,
  properties: { id: { type: "integer", minimum: 0 }, name: { type: "string", maxLength: 40 }, tags: { type: "array", items: { type: "string" } } } });
let valid = 0;
for (let i = 0; i < 10000; i++) if (check({ id: i, name: "item " + i, tags: ["a", "b"] })) valid++;
valid;`,
  ],
};

export const programs: Row = {
  name: "programs",
  about: "run-file of real programs: total time, and the host's share of it",
  async *measure(bench) {
    await using daemon = await Daemon.start(bench);
    const folder = await packages(PACKAGES);
    if (folder)
      cpSync(join(folder, "node_modules"), join(daemon.worktree, "node_modules"), {
        recursive: true,
      });
    writeFileSync(join(daemon.worktree, "orders.csv"), csv(5 * 1024 * 1024));
    const template = await daemon.template({ modules: ["fs"] });
    for (const [file, [what, source]] of Object.entries(PROGRAMS)) {
      if ((!folder && source.includes('require("ajv')) || (!folder && file === "render.js")) {
        yield {
          what,
          unit: "ms",
          runs: [],
          note: "its package could not be had from the registry",
        };
        continue;
      }
      writeFileSync(join(daemon.worktree, file), source);
      const shares: number[] = [];
      const runs = await repeat(bench.runs, async () => {
        const session = await daemon.session(template);
        const startMs = performance.now();
        const { status, metrics, error } = await daemon.call<{
          status: string;
          error?: unknown;
          metrics: { duration_ms: number };
        }>("/executions/run-file", { session_id: session, path: file });
        const tookMs = performance.now() - startMs;
        if (status !== "ok") throw new Error(`${file}: ${JSON.stringify(error)}`);
        shares.push(((tookMs - metrics.duration_ms) / tookMs) * 100);
        return runOf([tookMs]);
      });
      yield { what, unit: "ms", runs };
      yield {
        what: "… share of it outside of the guest",
        unit: "%",
        runs: shares.map((median) => ({ median })),
      };
    }
  },
};

function csv(bytes: number): string {
  const lines = ["id,country,quantity,price,comment"];
  for (let size = 0, i = 0; size < bytes; i++) {
    const line = `${i},${["DE", "FR", "NL", "PL", "AT"][i % 5]},${(i % 7) + 1},${(i % 97) + 0.5},ordered on the web page ${i}`;
    lines.push(line);
    size += line.length + 1;
  }
  return lines.join("\n");
}
