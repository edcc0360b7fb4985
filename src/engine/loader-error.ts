/**
 * A module that could not be found, read or linked, as the guest is to see it. The message names who
 * asked and what was tried, and no path of the host.
 */
export class ModuleLoadError extends Error {
  override readonly name = "ModuleLoadError";
  readonly properties: { readonly code: string };

  constructor(
    message: string,
    code: string,
    readonly guestName = "Error",
  ) {
    super(message);
    this.properties = { code };
  }
}

const TRIED_MAX = 12;

export function notFound(
  specifier: string,
  from: string,
  tried: readonly string[],
): ModuleLoadError {
  const shown = tried.slice(0, TRIED_MAX).join(", ");
  const rest = tried.length > TRIED_MAX ? ` and ${tried.length - TRIED_MAX} more` : "";
  const what = tried.length > 0 ? `; tried ${shown}${rest}` : "";
  return new ModuleLoadError(
    `Invalid module '${specifier}', asked for by ${importer(from)}: not found${what}`,
    "MODULE_NOT_FOUND",
  );
}

export function refused(
  specifier: string,
  from: string,
  reason: string,
  code: string,
): ModuleLoadError {
  return new ModuleLoadError(
    `Invalid module '${specifier}', asked for by ${importer(from)}: ${reason}`,
    code,
  );
}

const importer = (from: string): string => (from === "" ? "the script" : from);
