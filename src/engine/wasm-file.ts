/**
 * What the engine's .wasm lacks for us, put in while it is read: it is to start with less memory than
 * it asks for, and its table of functions must be reachable, so that we can put one of ours in it.
 */
export const TABLE_EXPORT = "table";

const HEADER_BYTES = 8;
const IMPORT_SECTION = 2;
const EXPORT_SECTION = 7;
const KIND_TABLE = 1;

/**
 * @param memoryMinimumAt  Where the import section says how many pages of 64 KiB the memory must have
 *   (two bytes of LEB128).
 */
export function adaptWasm(
  wasm: Buffer,
  options: { memoryMinimumAt: number; initialPages: number },
): Uint8Array<ArrayBuffer> {
  const { memoryMinimumAt: at, initialPages } = options;
  const parts: Uint8Array[] = [wasm.subarray(0, HEADER_BYTES)];
  let next = HEADER_BYTES;
  while (next < wasm.length) {
    const size = readLeb(wasm, next + 1);
    const end = size.end + size.value;
    if (wasm[next] === IMPORT_SECTION) {
      if (at < size.end || at >= end || wasm[at] !== 0x80 || wasm[at + 1] !== 0x02) {
        throw new Error("the engine's file is another build");
      }
      wasm[at] = (initialPages & 0x7f) | 0x80;
      wasm[at + 1] = initialPages >> 7;
    }
    if (wasm[next] === EXPORT_SECTION) parts.push(...withTable(wasm.subarray(size.end, end)));
    else parts.push(wasm.subarray(next, end));
    next = end;
  }
  return Buffer.concat(parts);
}

function withTable(exports: Buffer): Uint8Array[] {
  const count = readLeb(exports, 0);
  const entry = [TABLE_EXPORT.length, ...Buffer.from(TABLE_EXPORT), KIND_TABLE, 0];
  const head = Uint8Array.from(leb(count.value + 1));
  const rest = exports.subarray(count.end);
  const size = leb(head.length + rest.length + entry.length);
  return [Uint8Array.of(EXPORT_SECTION, ...size), head, rest, Uint8Array.from(entry)];
}

function readLeb(bytes: Buffer, at: number): { value: number; end: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value: value >>> 0, end: at };
  }
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

/** The type of the engine's promise rejection tracker, and a way to make a JavaScript function one. */
const TRACKER = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
  // A type: (context, promise, reason, is handled, opaque) -> ()
  0x01, 0x09, 0x01, 0x60, 0x05, 0x7f, 0x7e, 0x7e, 0x7f, 0x7f, 0x00,
  // An import "h" "r" of it, and the same as export "r".
  0x02, 0x07, 0x01, 0x01, 0x68, 0x01, 0x72, 0x00, 0x00, 0x07, 0x05, 0x01, 0x01, 0x72, 0x00, 0x00,
]);

let trackerModule: WebAssembly.Module | undefined;

/** For a slot of the engine's table. Values are the engine's 64-bit ones. */
export function trackerFunction(
  tracked: (context: number, promise: bigint, reason: bigint, handled: number) => void,
): unknown {
  trackerModule ??= new WebAssembly.Module(TRACKER);
  return new WebAssembly.Instance(trackerModule, { h: { r: tracked } }).exports.r;
}
