import { Daemon, makeSession } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";
import { Load } from "./load.ts";
import { type Look, Observer } from "./look.ts";
import { readOptions } from "./options.ts";
import { head, row } from "./table.ts";
import { verdict } from "./verdict.ts";

/** Looks after the one that the end is compared with. */
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
const load = new Load(daemon.url, sessions, options.clients);
const begun = observer.look(0);
const looks: Look[] = [];
console.log(head());
const first = Math.min(FIRST_EXECUTIONS, Math.ceil(options.executions / LOOKS));
for (let at = first; ; at = Math.min(options.executions, at + options.executions / LOOKS)) {
  await load.until(Math.round(at));
  const look = observer.look(load.answered);
  console.log(row(look, looks.at(-1) ?? begun));
  looks.push(look);
  if (at >= options.executions) break;
}

const [compared, last] = [looks[0]!, looks.at(-1)!];
console.log(`\nthe whole run:\n${row(last, begun)}\n`);
const findings = verdict(compared, last, options);
for (const { what, isGood } of findings) console.log(`${isGood ? "ok   " : "WRONG"} ${what}`);
process.exitCode = findings.every(({ isGood }) => isGood) ? 0 : 1;
