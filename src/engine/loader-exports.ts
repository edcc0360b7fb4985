/**
 * The `exports` and `imports` fields of a package, as Node reads them.
 * https://nodejs.org/api/esm.html#resolution-algorithm-specification
 */

/** What a target comes to: a path of the package (`./x`), another package's name, or nothing. */
export type Target = string | null | undefined;

/** @param subpath `.` or `./name`. @returns undefined: the package does not export it */
export function resolveExports(
  field: unknown,
  subpath: string,
  conditions: ReadonlySet<string>,
): Target {
  if (isSugar(field)) return subpath === "." ? resolveTarget(field, "", conditions) : undefined;
  return matchKey(field as Record<string, unknown>, subpath, conditions);
}

/** @param name Begins with `#`. */
export function resolveImports(
  field: unknown,
  name: string,
  conditions: ReadonlySet<string>,
): Target {
  if (field === null || typeof field !== "object") return undefined;
  return matchKey(field as Record<string, unknown>, name, conditions);
}

/** A target alone stands for the package's top. */
function isSugar(field: unknown): boolean {
  if (typeof field === "string" || Array.isArray(field)) return true;
  if (field === null || typeof field !== "object") return true;
  return !Object.keys(field).some((key) => key.startsWith("."));
}

function matchKey(
  field: Record<string, unknown>,
  wanted: string,
  conditions: ReadonlySet<string>,
): Target {
  if (Object.hasOwn(field, wanted) && !wanted.includes("*")) {
    return resolveTarget(field[wanted], "", conditions);
  }
  let best: { key: string; rest: string } | undefined;
  for (const key of Object.keys(field)) {
    const star = key.indexOf("*");
    if (star < 0) {
      // An older form: a folder.
      if (key.endsWith("/") && wanted.startsWith(key) && longer(key, best?.key))
        best = { key, rest: wanted.slice(key.length) };
      continue;
    }
    const [before, after] = [key.slice(0, star), key.slice(star + 1)];
    const fits = wanted.startsWith(before) && wanted.endsWith(after) && wanted.length >= key.length;
    if (fits && longer(before, best?.key.split("*")[0]))
      best = { key, rest: wanted.slice(before.length, wanted.length - after.length) };
  }
  if (!best) return undefined;
  const target = resolveTarget(field[best.key], best.rest, conditions);
  return typeof target === "string" && best.key.endsWith("/") ? target + best.rest : target;
}

const longer = (a: string, b: string | undefined): boolean =>
  b === undefined || a.length > b.length;

function resolveTarget(target: unknown, rest: string, conditions: ReadonlySet<string>): Target {
  if (typeof target === "string") {
    if (/(?:^|\/)\.\.?(?:\/|$)/.test(target.slice(2))) return undefined;
    return target.replaceAll("*", () => rest);
  }
  if (Array.isArray(target)) {
    for (const one of target) {
      const found = resolveTarget(one, rest, conditions);
      if (typeof found === "string") return found;
    }
    return null;
  }
  if (target === null || typeof target !== "object") return null;
  for (const [condition, value] of Object.entries(target)) {
    if (condition !== "default" && !conditions.has(condition)) continue;
    const found = resolveTarget(value, rest, conditions);
    if (found !== undefined) return found;
  }
  return undefined;
}
