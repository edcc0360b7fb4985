import { group } from "../command.ts";

export default group({
  name: "libs",
  summary: "The cache of JavaScript libraries; needs no daemon",
  subCommands: {
    download: async () => (await import("./libs-commands.ts")).download,
    list: async () => (await import("./libs-commands.ts")).list,
    "cache-info": async () => (await import("./libs-commands.ts")).cacheInfo,
  },
});
