import { leb, readLeb, withBacktraceHook, withOneMoreFunction } from "./wasm-functions.ts";

/**
 * What the engine's .wasm lacks for us, put in while it is read: it is to start with less memory than
 * it asks for, its table of functions must be reachable, so that we can put some of ours in it, and
 * one of these hears of every error that gets its stack.
 */
export const TABLE_EXPORT = "table";

const HEADER_BYTES = 8;
const IMPORT_SECTION = 2;
const FUNCTION_SECTION = 3;
const EXPORT_SECTION = 7;
const CODE_SECTION = 10;
const KIND_TABLE = 1;

/** Where the file holds what is changed. */
export interface Adaptation {
  /**
   * Where the import section says how many pages of 64 KiB the memory must have (two bytes of
   * LEB128).
   */
  readonly memoryMinimumAt: number;
  readonly initialPages: number;
  /** Functions that are imported: they come first in the numbering. */
  readonly importedFunctions: number;
  /** The number, imports not counted, of the function that gives an error its stack. */
  readonly backtraceFunction: number;
  /** In the table: the first two that are ours. */
  readonly hookIndex: number;
}

export function adaptWasm(wasm: Buffer, adaptation: Adaptation): Uint8Array<ArrayBuffer> {
  const { memoryMinimumAt: at, initialPages, backtraceFunction } = adaptation;
  const parts: Uint8Array[] = [wasm.subarray(0, HEADER_BYTES)];
  let next = HEADER_BYTES;
  let backtraceType = 0;
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
    const section = wasm.subarray(size.end, end);
    if (wasm[next] === EXPORT_SECTION) parts.push(...withTable(section));
    else if (wasm[next] === FUNCTION_SECTION) {
      const made = withOneMoreFunction(section, backtraceFunction);
      backtraceType = made.type;
      parts.push(sectionHead(FUNCTION_SECTION, made.section), made.section);
    } else if (wasm[next] === CODE_SECTION) {
      const code = withBacktraceHook(section, { ...adaptation, type: backtraceType });
      parts.push(sectionHead(CODE_SECTION, code), code);
    } else parts.push(wasm.subarray(next, end));
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

const sectionHead = (id: number, section: Uint8Array): Uint8Array =>
  Uint8Array.of(id, ...leb(section.length));

/** The engine's promise rejection tracker: (context, promise, reason, is handled, opaque) -> (). */
const TRACKER = [0x7f, 0x7e, 0x7e, 0x7f, 0x7f];

/** After the engine gave an error its stack: (context, error, file, line, column, flags) -> (). */
const BACKTRACE = [0x7f, 0x7e, 0x7f, 0x7f, 0x7f, 0x7f];

export const trackerFunction = (
  tracked: (context: number, promise: bigint, reason: bigint, handled: number) => void,
): unknown => functionOf(TRACKER, tracked);

export const backtraceFunction = (
  made: (
    context: number,
    error: bigint,
    file: number,
    line: number,
    column: number,
    flags: number,
  ) => void,
): unknown => functionOf(BACKTRACE, made);

const modules = new Map<readonly number[], WebAssembly.Module>();

/** A JavaScript function for a slot of the engine's table. Values are the engine's 64-bit ones. */
function functionOf(parameters: readonly number[], fn: unknown): unknown {
  let module = modules.get(parameters);
  if (!module) {
    const type = [0x01, 0x60, parameters.length, ...parameters, 0x00];
    // An import "h" "r" of that type, and the same as export "r".
    const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, type.length, ...type];
    const rest = [0x02, 0x07, 1, 1, 0x68, 1, 0x72, 0, 0, 0x07, 0x05, 1, 1, 0x72, 0, 0];
    module = new WebAssembly.Module(new Uint8Array([...header, ...rest]));
    modules.set(parameters, module);
  }
  return new WebAssembly.Instance(module, { h: { r: fn as never } }).exports.r;
}
