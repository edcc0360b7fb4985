import { group } from "./command.ts";

/** Every command. Each is loaded when it is called, so that one call pays for one command only. */
export const ROOT = group({
  name: "vm-system",
  summary: "Durable JavaScript sessions in one binary",
  subCommands: {
    serve: async () => (await import("./commands/serve.ts")).default,
    run: async () => (await import("./commands/run.ts")).default,
    repl: async () => (await import("./commands/repl.ts")).default,
    template: async () => (await import("./commands/template.ts")).default,
    session: async () => (await import("./commands/session.ts")).default,
    exec: async () => (await import("./commands/exec.ts")).default,
    ops: async () => (await import("./commands/ops.ts")).default,
    libs: async () => (await import("./commands/libs.ts")).default,
    help: async () => (await import("./commands/help.ts")).default,
    completion: async () => (await import("./commands/completion.ts")).default,
    version: async () => (await import("./commands/version.ts")).default,
  },
});
