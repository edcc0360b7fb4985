/** Rewriting the function and code sections of a .wasm. */

/** @returns The section with one more function, of the same type as a given one. */
export function withOneMoreFunction(
  section: Buffer,
  like: number,
): { readonly section: Buffer; readonly type: number } {
  const count = readLeb(section, 0);
  let at = count.end;
  for (let i = 0; i < like; i++) at = readLeb(section, at).end;
  const type = readLeb(section, at).value;
  const head = Uint8Array.from(leb(count.value + 1));
  return {
    section: Buffer.concat([head, section.subarray(count.end), Uint8Array.from(leb(type))]),
    type,
  };
}

/**
 * The function that gives an error its stack moves to the end, and one of ours takes its number: it
 * calls the other and then, with the same arguments, what is in the table at `hookIndex`.
 */
export function withBacktraceHook(
  section: Buffer,
  options: {
    readonly importedFunctions: number;
    readonly backtraceFunction: number;
    readonly hookIndex: number;
    readonly type: number;
  },
): Buffer {
  const count = readLeb(section, 0);
  let at = count.end;
  for (let i = 0; i < options.backtraceFunction; i++) at = endOfBody(section, at);
  const end = endOfBody(section, at);
  const moved = options.importedFunctions + count.value;
  const body = [
    0x00, // no locals
    ...PARAMETERS,
    ...[CALL, ...leb(moved)],
    ...PARAMETERS,
    ...[I32_CONST, ...signedLeb(options.hookIndex)],
    ...[CALL_INDIRECT, ...leb(options.type), 0x00],
    END,
  ];
  return Buffer.concat([
    Uint8Array.from(leb(count.value + 1)),
    section.subarray(count.end, at),
    Uint8Array.from([...leb(body.length), ...body]),
    section.subarray(end),
    section.subarray(at, end),
  ]);
}

const LOCAL_GET = 0x20;
const CALL = 0x10;
const CALL_INDIRECT = 0x11;
const I32_CONST = 0x41;
const END = 0x0b;

const PARAMETERS = [0, 1, 2, 3, 4, 5].flatMap((parameter) => [LOCAL_GET, parameter]);

function endOfBody(section: Buffer, at: number): number {
  const size = readLeb(section, at);
  return size.end + size.value;
}

export function readLeb(bytes: Buffer, at: number): { value: number; end: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value: value >>> 0, end: at };
  }
}

export function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

/** Of a number that is not negative. */
function signedLeb(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signedLeb(value >>> 7)];
}
