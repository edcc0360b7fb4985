import { group } from "../command.ts";

export default group({
  name: "session",
  summary: "Sessions: live runtimes made from templates",
  subCommands: {
    create: async () => (await import("./session-commands.ts")).create,
    list: async () => (await import("./session-commands.ts")).list,
    get: async () => (await import("./session-commands.ts")).get,
    close: async () => (await import("./session-commands.ts")).close,
  },
});
