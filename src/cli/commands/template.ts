import { group } from "../command.ts";

export default group({
  name: "template",
  summary: "Templates: what a runtime may do",
  subCommands: {
    create: async () => (await import("./template-create.ts")).create,
    list: async () => (await import("./template-show.ts")).list,
    get: async () => (await import("./template-show.ts")).get,
    update: async () => (await import("./template-create.ts")).update,
    delete: async () => (await import("./template-create.ts")).remove,
    "add-startup": async () => (await import("./template-startup.ts")).add,
    "list-startup": async () => (await import("./template-startup.ts")).list,
    "remove-startup": async () => (await import("./template-startup.ts")).remove,
    "add-capability": async () => (await import("./template-capability.ts")).add,
    "list-capabilities": async () => (await import("./template-capability.ts")).list,
    "remove-capability": async () => (await import("./template-capability.ts")).remove,
    "add-module": async () => (await import("./template-names.ts")).modules.add,
    "remove-module": async () => (await import("./template-names.ts")).modules.remove,
    "list-modules": async () => (await import("./template-names.ts")).modules.list,
    "add-library": async () => (await import("./template-names.ts")).libraries.add,
    "remove-library": async () => (await import("./template-names.ts")).libraries.remove,
    "list-libraries": async () => (await import("./template-names.ts")).libraries.list,
    "list-available-modules": async () => (await import("./template-available.ts")).modules,
    "list-available-libraries": async () => (await import("./template-available.ts")).libraries,
  },
});
