import { guestCodeAllowed } from "./guest-code.ts";
import { jsonText } from "./json.ts";
import { ownDescriptor, safeGet } from "./look.ts";
import {
  hasOwn,
  includes,
  join,
  list,
  objectKeys,
  push,
  quote,
  reflectApply,
  symbolFor,
} from "./primordials.ts";
import { unproxied } from "./proxies.ts";

const displaySymbol = symbolFor("Jupyter.display");
const MEDIA_TYPES_MAX = 16;

/**
 * The rich forms that a value makes of itself: what its `Symbol.for("Jupyter.display")` method returns,
 * an object of media types. What throws, or is none, is ignored. JSON, or undefined.
 */
export function displayBundle(value: object, charsMax: number): string | undefined {
  if (!guestCodeAllowed) return undefined;
  const display = safeGet(value, displaySymbol);
  if (typeof display !== "function") return undefined;
  let bundle: unknown;
  try {
    bundle = reflectApply(display, value, []);
  } catch {
    return undefined;
  }
  if (bundle === null || typeof bundle !== "object") return undefined;
  const target = unproxied(bundle);
  if (target === null) return undefined;
  const keys = objectKeys(target);
  const parts = list<string>();
  let room = charsMax;
  for (let i = 0; i < keys.length && parts.length < MEDIA_TYPES_MAX; i++) {
    const key = keys[i] as string;
    const descriptor = ownDescriptor(target, key);
    if (!includes(key, "/") || descriptor === undefined || !hasOwn(descriptor, "value")) continue;
    if (descriptor.value === undefined) continue;
    const json = jsonText(descriptor.value, room / 3);
    if (typeof json !== "string") continue;
    push(parts, `${quote(key)}:${json}`);
    room -= json.length * 3 + key.length;
  }
  return parts.length === 0 ? undefined : `{${join(parts, ",")}}`;
}
