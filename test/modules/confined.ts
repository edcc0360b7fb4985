import { openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { enterConfinement } from "../../src/modules/confinement.ts";
import { createDatabaseModule } from "../../src/modules/database.ts";
import { createExecModule } from "../../src/modules/exec.ts";
import { createFsModule } from "../../src/modules/fs.ts";
import type { ModuleContext } from "../../src/modules/module.ts";
import type { WorkerProfile } from "../../src/modules/profile.ts";

/**
 * A process as a worker is one: enters the profile of its first argument, then tries everything that
 * must not work with the host's own means, as a guest would that has broken out of its engine.
 * Prints one JSON object: what was tried, and how it ended.
 */
const profile = JSON.parse(process.argv[2] ?? "") as WorkerProfile;
const port = Number(process.argv[3]);
const outside = process.argv[4] ?? "";
const confinement = enterConfinement(profile);

const worktreePath = profile.kind === "worktree" ? profile.worktreePath : "/";
const context: ModuleContext = {
  worktreePath,
  readOnly: false,
  memoryBytesMax: 2 ** 24,
  assertRoom() {},
  remainingMs: () => 5000,
};

const results: Record<string, unknown> = { confinement };
const attempt = (name: string, call: () => unknown) => {
  try {
    results[name] = call() ?? "done";
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const properties = (error as { properties?: { code?: unknown } }).properties;
    results[name] = code ?? properties?.code ?? message;
  }
};

attempt("passwd", () => readFileSync("/etc/passwd").length > 0);
attempt("environ", () => readFileSync("/proc/self/environ").length >= 0);
attempt("parentEnviron", () => readFileSync(`/proc/${process.ppid}/environ`).length >= 0);
attempt("parentMemory", () => openSync(`/proc/${process.ppid}/mem`, "r"));
attempt("rootList", () => readdirSync("/").length);
attempt("outsideRead", () => readFileSync(`${outside}/secret`, "utf8"));
attempt("outsideWrite", () => writeFileSync(`${outside}/new`, "x"));
attempt("signalParent", () => process.kill(process.ppid, "SIGURG"));
attempt("insideRead", () => readFileSync(`${worktreePath}/inside`, "utf8"));
attempt("insideWrite", () => writeFileSync(`${worktreePath}/written`, "x"));
attempt("spawn", () => Bun.spawnSync(["/bin/echo", "hello"]).stdout.toString());
attempt("fs", () => createFsModule(context).call("readFileSync", ["inside"]));
attempt("exec", () => createExecModule(context).call("run", ["echo", ["ran"]]));
attempt("execReads", () => {
  const script = `cat ${outside}/secret /etc/passwd /proc/self/environ /proc/${process.ppid}/environ`;
  return createExecModule(context).call("run", ["sh", ["-c", `${script} 2>/dev/null; true`]]);
});
attempt("execSockets", () => {
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port}`;
  return createExecModule(context).call("run", ["bash", ["-c", script]]);
});
attempt("database", () => {
  const database = createDatabaseModule({ ...context });
  database.call("configure", ["sqlite", profile.kind === "bare" ? ":memory:" : "data.db"]);
  database.call("exec", ["create table t(a); insert into t values (1)"]);
  database.call("exec", ["vacuum"]);
  return database.call("query", ["select a from t order by a"]);
});
attempt("time", () => new Date().toString().length > 0 && new Intl.DateTimeFormat("de").format(0));
attempt("random", () => crypto.randomUUID().length);
attempt("json", () => new TextDecoder("utf-16le").decode(new Uint8Array([65, 0])));

results.connect = await new Promise((resolve) => {
  const socket = connect(port, "127.0.0.1", () => resolve("connected"));
  socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
});
console.log(JSON.stringify(results));
process.exit(0);
