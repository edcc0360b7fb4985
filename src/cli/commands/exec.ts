import { group } from "../command.ts";

export default group({
  name: "exec",
  summary: "Executions: runs of code in a session",
  subCommands: {
    repl: async () => (await import("./exec-run.ts")).repl,
    "run-file": async () => (await import("./exec-run.ts")).runFile,
    list: async () => (await import("./exec-read.ts")).list,
    get: async () => (await import("./exec-read.ts")).get,
    events: async () => (await import("./exec-read.ts")).events,
    wait: async () => (await import("./exec-control.ts")).wait,
    cancel: async () => (await import("./exec-control.ts")).cancel,
  },
});
