import { group } from "../command.ts";

export default group({
  name: "session",
  summary: "Sessions: live runtimes made from templates",
  subCommands: {
    create: async () => (await import("./session-commands.ts")).create,
    list: async () => (await import("./session-commands.ts")).list,
    get: async () => (await import("./session-commands.ts")).get,
    checkpoints: async () => (await import("./session-history.ts")).checkpoints,
    label: async () => (await import("./session-history.ts")).label,
    fork: async () => (await import("./session-history.ts")).fork,
    rewind: async () => (await import("./session-history.ts")).rewind,
    tree: async () => (await import("./session-history.ts")).tree,
    diff: async () => (await import("./session-history.ts")).diff,
    sleep: async () => (await import("./session-history.ts")).sleep,
    wake: async () => (await import("./session-history.ts")).wake,
    export: async () => (await import("./session-files.ts")).exportSession,
    import: async () => (await import("./session-files.ts")).importSession,
    close: async () => (await import("./session-commands.ts")).close,
  },
});
