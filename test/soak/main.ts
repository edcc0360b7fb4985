import { Daemon, makeSession } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";
import { Load, SNIPPETS } from "./load.ts";
import { type Look, Observer } from "./look.ts";
import { readOptions } from "./options.ts";
import { head, row } from "./table.ts";
import { verdict } from "./verdict.ts";

/** Looks after the first, which is the one that the end is compared with. */
const LOOKS = 20;
const FIRST_EXECUTIONS = 10_000;

const options = readOptions(process.argv.slice(2));
using folder = tempFolder();
const db = folder.join("vm.db");
await using daemon = await Daemon.start({ db, args: options.serve });
const sessions: string[] = [];
for (let i = 0; i < options.sessions; i++) {
  sessions.push((await makeSession(daemon, folder.path)).sessionId);
}

using observer = new Observer(daemon.process.pid, db);
const snippets = SNIPPETS.slice(0, options.snippets);
const load = new Load(daemon.url, sessions, options.clients, snippets);
const begun = observer.look(0);
console.log(head());
const first = Math.min(FIRST_EXECUTIONS, Math.ceil(options.executions / 2));
const step = (options.executions - first) / LOOKS;
let before = begun;
let compared: Look | undefined;
let last = begun;
let restedMs = 0;
for (let at = first; last.executions < options.executions; at += step) {
  await load.until(Math.min(Math.ceil(at), options.executions));
  last = observer.look(load.answered);
  console.log(row(last, before));
  before = last;
  if (compared) continue;
  compared = await atRest();
  restedMs = compared.atMs - last.atMs;
  before = compared;
}
console.log(`\nthe whole run:\n${row(last, { ...begun, atMs: begun.atMs + restedMs })}\n`);

const findings = verdict(compared ?? begun, await atRest(), options);
for (const { what, isGood } of findings) console.log(`${isGood ? "ok   " : "WRONG"} ${what}`);
process.exitCode = findings.every(({ isGood }) => isGood) ? 0 : 1;

/** What is compared is looked at when workers that only the load needed have gone. */
async function atRest(): Promise<Look> {
  await observer.settled(begun.processes);
  return observer.look(load.answered);
}
