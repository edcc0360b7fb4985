import { createDatabaseModule } from "./database.ts";
import { createExecModule } from "./exec.ts";
import { createFsModule } from "./fs.ts";
import type { HostModule, ModuleContext } from "./module.ts";

/** The module of that name for one session; undefined: there is none. */
export function createModule(name: string, context: ModuleContext): HostModule | undefined {
  switch (name) {
    case "fs":
      return createFsModule(context);
    case "exec":
      return createExecModule(context);
    case "database":
      return createDatabaseModule(context);
    default:
      return undefined;
  }
}
