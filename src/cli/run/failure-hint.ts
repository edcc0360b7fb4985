import type { Execution } from "../../core/execution.ts";
import { MODULE_CATALOG } from "../../modules/catalog.ts";

/**
 * What to do about an execution of a throw-away session: the flag that gives what it lacked.
 *
 * @param isFromFile  Its session comes from a file, which says limits and modules; no flag does.
 */
export function failureHint(
  { status, error }: Pick<Execution, "status" | "error">,
  isFromFile: boolean,
): string | undefined {
  if (!error || isFromFile) return undefined;
  if (status === "timeout") return "Give it longer with --timeout, as --timeout 2m.";
  switch (error.code) {
    case "OUT_OF_MEMORY":
      return "Give it more with --mem-mb, as --mem-mb 512.";
    case "OUTPUT_LIMIT_EXCEEDED": {
      const flag = error.limit === "max_events" ? "--max-events 100000" : "--max-output-kb 16384";
      return `Print less, or raise the limit, as ${flag}.`;
    }
    default:
      return moduleHint(error.message);
  }
}

/** `require` of a native module that was not asked for on the command line. */
function moduleHint(message: string): string | undefined {
  const [, name] = /^Error: Invalid module '([^']+)'/.exec(message) ?? [];
  const isNative = MODULE_CATALOG.some((module) => module.name === name);
  return isNative ? `Give it with --module ${name}.` : undefined;
}
