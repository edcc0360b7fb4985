import { split } from "./inspect-text.ts";
import { missingArgument, NAME_AND_VALUE, ONE_NAME } from "./missing-argument.ts";
import {
  arraySort,
  coerce,
  fromCharCode,
  hide,
  join,
  list,
  NativeTypeError,
  NativeUint8Array,
  objectKeys,
  push,
  reflectApply,
  slice,
  symbolFor,
  symbolIterator,
  symbolToStringTag,
  toWellFormed,
  typedArrayBuffer,
  typedArrayLength,
} from "./primordials.ts";
import { Units, Utf8Decoder, utf8Bytes } from "./utf8.ts";

type Pair = [string, string];

const text = (value: unknown): string => toWellFormed(coerce(value));

class URLSearchParams {
  #pairs = list<Pair>();
  #changed: ((text: string) => void) | undefined;

  constructor(init?: unknown) {
    if (init === undefined || init === null) return;
    if (typeof init === "object" || typeof init === "function") this.#pairs = pairsOf(init);
    else this.#pairs = parsePairs(text(init));
  }

  #update(): void {
    this.#changed?.(serialize(this.#pairs));
  }

  get size() {
    return this.#pairs.length;
  }
  append(name: unknown, value: unknown): void {
    // biome-ignore lint/complexity/noArguments: a rest parameter would change the length
    if (arguments.length < 2) throw missingArgument(NAME_AND_VALUE);
    push(this.#pairs, [text(name), text(value)]);
    this.#update();
  }
  delete(name: unknown, value?: unknown): void {
    // biome-ignore lint/complexity/noArguments: a rest parameter would change the length
    if (arguments.length < 1) throw missingArgument(ONE_NAME);
    const key = text(name);
    const wanted = value === undefined ? undefined : text(value);
    this.#pairs = keep(
      this.#pairs,
      (pair) => pair[0] !== key || (wanted !== undefined && pair[1] !== wanted),
    );
    this.#update();
  }
  get(name: unknown): string | null {
    // biome-ignore lint/complexity/noArguments: a rest parameter would change the length
    if (arguments.length < 1) throw missingArgument(ONE_NAME);
    const key = text(name);
    for (let i = 0; i < this.#pairs.length; i++) {
      const pair = this.#pairs[i] as Pair;
      if (pair[0] === key) return pair[1];
    }
    return null;
  }
  getAll(name: unknown): string[] {
    // biome-ignore lint/complexity/noArguments: a rest parameter would change the length
    if (arguments.length < 1) throw missingArgument(ONE_NAME);
    const key = text(name);
    const values: string[] = [];
    for (let i = 0; i < this.#pairs.length; i++) {
      const pair = this.#pairs[i] as Pair;
      if (pair[0] === key) push(values, pair[1]);
    }
    return values;
  }
  has(name: unknown, value?: unknown): boolean {
    // biome-ignore lint/complexity/noArguments: a rest parameter would change the length
    if (arguments.length < 1) throw missingArgument(ONE_NAME);
    const key = text(name);
    const wanted = value === undefined ? undefined : text(value);
    for (let i = 0; i < this.#pairs.length; i++) {
      const pair = this.#pairs[i] as Pair;
      if (pair[0] === key && (wanted === undefined || pair[1] === wanted)) return true;
    }
    return false;
  }
  set(name: unknown, value: unknown): void {
    // biome-ignore lint/complexity/noArguments: a rest parameter would change the length
    if (arguments.length < 2) throw missingArgument(NAME_AND_VALUE);
    const key = text(name);
    let found = false;
    this.#pairs = keep(this.#pairs, (pair) => {
      if (pair[0] !== key) return true;
      if (found) return false;
      found = true;
      pair[1] = text(value);
      return true;
    });
    if (!found) push(this.#pairs, [key, text(value)]);
    this.#update();
  }
  sort(): void {
    arraySort(this.#pairs, (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    this.#update();
  }
  forEach(callback: unknown, self?: unknown): void {
    if (typeof callback !== "function") {
      throw new NativeTypeError('The "callback" argument must be a function');
    }
    for (let i = 0; i < this.#pairs.length; i++) {
      const pair = this.#pairs[i] as Pair;
      reflectApply(callback, self, [pair[1], pair[0], this]);
    }
  }
  *entries(): IterableIterator<Pair> {
    for (let i = 0; i < this.#pairs.length; i++) {
      const pair = this.#pairs[i] as Pair;
      yield [pair[0], pair[1]];
    }
  }
  *keys(): IterableIterator<string> {
    for (let i = 0; i < this.#pairs.length; i++) yield (this.#pairs[i] as Pair)[0];
  }
  *values(): IterableIterator<string> {
    for (let i = 0; i < this.#pairs.length; i++) yield (this.#pairs[i] as Pair)[1];
  }
  toString(): string {
    return serialize(this.#pairs);
  }
  [symbolFor("nodejs.util.inspect.custom")](
    depth: number,
    options: object,
    inspect: (value: unknown, options?: object) => string,
  ): string {
    if (depth < 0) return "[Object]";
    if (this.#pairs.length === 0) return "URLSearchParams {}";
    const parts = list<string>();
    for (let i = 0; i < this.#pairs.length; i++) {
      const pair = this.#pairs[i] as Pair;
      push(parts, `${inspect(pair[0], options)} => ${inspect(pair[1], options)}`);
    }
    const line = join(parts, ", ");
    return line.length > 72
      ? `URLSearchParams {\n  ${join(parts, ",\n  ")} }`
      : `URLSearchParams { ${line} }`;
  }

  static onChange(params: URLSearchParams, changed: (text: string) => void): void {
    params.#changed = changed;
  }
  static setText(params: URLSearchParams, search: string): void {
    params.#pairs = parsePairs(search);
  }
}
/** Called with the new text after every change that the guest makes. */
export const paramsChanged = URLSearchParams.onChange;
export const setParamsText = URLSearchParams.setText;
delete (URLSearchParams as Partial<typeof URLSearchParams>).onChange;
delete (URLSearchParams as Partial<typeof URLSearchParams>).setText;
hide(URLSearchParams.prototype, symbolIterator, URLSearchParams.prototype.entries);
hide(URLSearchParams.prototype, symbolToStringTag, "URLSearchParams");

function keep(pairs: Pair[], test: (pair: Pair) => boolean): Pair[] {
  const kept = list<Pair>();
  for (let i = 0; i < pairs.length; i++) {
    if (test(pairs[i] as Pair)) push(kept, pairs[i] as Pair);
  }
  return kept;
}

function pairsOf(init: object): Pair[] {
  const pairs = list<Pair>();
  const iterate = (init as Record<symbol, unknown>)[symbolIterator];
  if (iterate !== undefined && iterate !== null) {
    for (const item of init as Iterable<unknown>) {
      const pair = list<string>();
      if (item === null || typeof item !== "object") throw notPairs();
      for (const part of item as Iterable<unknown>) push(pair, text(part));
      if (pair.length !== 2) throw notPairs();
      push(pairs, pair as Pair);
    }
    return pairs;
  }
  const keys = objectKeys(init);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    push(pairs, [text(key), text((init as Record<string, unknown>)[key])]);
  }
  return pairs;
}

const notPairs = (): Error =>
  new NativeTypeError("Each query pair must be an iterable [name, value] tuple");

function parsePairs(query: string): Pair[] {
  const pairs = list<Pair>();
  const source = query[0] === "?" ? slice(query, 1) : query;
  const parts = split(source, "&");
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as string;
    if (part === "") continue;
    let equals = 0;
    while (equals < part.length && part[equals] !== "=") equals++;
    push(pairs, [decode(slice(part, 0, equals)), decode(slice(part, equals + 1))]);
  }
  return pairs;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

function decode(part: string): string {
  const source = utf8Bytes(part);
  const count = typedArrayLength(source);
  const bytes = new NativeUint8Array(count);
  let length = 0;
  for (let i = 0; i < count; i++) {
    let byte = source[i] as number;
    if (byte === 43) byte = 32;
    else if (byte === 37 && i + 2 < count) {
      const high = hexDigit(source[i + 1] as number);
      const low = hexDigit(source[i + 2] as number);
      if (high !== -1 && low !== -1) {
        byte = high * 16 + low;
        i += 2;
      }
    }
    bytes[length++] = byte;
  }
  const out = new Units();
  new Utf8Decoder().decode(
    new NativeUint8Array(typedArrayBuffer(bytes), 0, length),
    out,
    false,
    true,
  );
  return out.finish();
}

function serialize(pairs: readonly Pair[]): string {
  const parts = list<string>();
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i] as Pair;
    push(parts, `${encode(pair[0])}=${encode(pair[1])}`);
  }
  return join(parts, "&");
}

const isPlain = (code: number): boolean =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 42 ||
  code === 45 ||
  code === 46 ||
  code === 95;

const HEX = "0123456789ABCDEF";

function encode(part: string): string {
  let result = "";
  const bytes = utf8Bytes(part);
  const count = typedArrayLength(bytes);
  for (let i = 0; i < count; i++) {
    const byte = bytes[i] as number;
    if (isPlain(byte)) result += fromCharCode(byte);
    else if (byte === 32) result += "+";
    else result += `%${HEX[byte >> 4] as string}${HEX[byte & 15] as string}`;
  }
  return result;
}

export { URLSearchParams };
