import { VmError } from "./errors.ts";

/**
 * The values, none of them missing or empty.
 *
 * @param message  The contract's words for this set of fields: `kind and name are required`.
 * @throws VmError VALIDATION_ERROR with an issue for each field that is missing or empty
 */
export function required<T extends Record<string, string | undefined>>(
  fields: T,
  message: string,
): { [K in keyof T]: string } {
  const missing = Object.keys(fields).filter((name) => !fields[name]);
  if (missing.length === 0) return fields as { [K in keyof T]: string };
  throw new VmError("VALIDATION_ERROR", {
    message,
    details: { issues: missing.map((name) => ({ path: `/${name}`, message: "is required" })) },
  });
}

/** A name that a table row and a log line can show. @throws VmError VALIDATION_ERROR */
export function printable(field: string, value: string): string {
  const flaw = flawOf(value);
  if (flaw === undefined) return value;
  throw invalidField(`/${field}`, `${field} ${flaw}`);
}

/** @param path  Of what is wrong in the request. */
export const invalidField = (path: string, message: string) =>
  new VmError("VALIDATION_ERROR", { message, details: { issues: [{ path, message }] } });

function flawOf(value: string): string | undefined {
  if (value.trim() === "") return "is required";
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(value)) {
    return "must not contain control characters";
  }
  // The store holds UTF-8: it would come back as another name, and as the same one as others.
  return value.isWellFormed() ? undefined : "must not contain half of a surrogate pair";
}
