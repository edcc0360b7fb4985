import type { NativeModuleFactory } from "../engine/native-modules.ts";
import { createDatabaseModule } from "../modules/database.ts";
import { createExecModule } from "../modules/exec.ts";
import { createFsModule } from "../modules/fs.ts";

const MODULES: ReadonlyMap<
  string,
  (context: Parameters<NativeModuleFactory>[1]) => ReturnType<NativeModuleFactory>
> = new Map([
  ["fs", createFsModule],
  ["exec", createExecModule],
  ["database", createDatabaseModule],
]);

/** Makes the native modules that guests may be given. */
export const createModule: NativeModuleFactory = (name, context) => MODULES.get(name)?.(context);
