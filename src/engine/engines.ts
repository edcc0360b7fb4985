import { readFileSync } from "node:fs";
import quickjsWasmPath from "@jitl/quickjs-wasmfile-release-sync/wasm" with { type: "file" };
import { IS_COMPILED } from "../core/compiled.ts";
import { VmError } from "../core/errors.ts";
import { readEmbedded } from "./embedded.ts";
import { adaptWasm } from "./wasm-file.ts";

/**
 * The engines that this program carries. A session's image is memory of exactly one of them, so an
 * image names its engine by fingerprint, and one that is not in this registry is refused.
 */
export interface Engine {
  /** SHA-256 (hex) of the .wasm and the host protocol's version. */
  readonly fingerprint: string;
  readonly layout: MemoryLayout;
  /** Names of those imports that we put our own functions under: the build shortens them. */
  readonly imports: {
    readonly resizeHeap: string;
    readonly now: string;
    readonly environmentSizes: string;
    readonly environment: string;
  };
  /** The same of exports. */
  readonly exports: { readonly stackPointer: string };
  /** Compiled at the first call (some 10 ms, on another thread), then kept. */
  module(): Promise<WebAssembly.Module>;
}

/** Byte addresses in the memory of an instance: static data, then the stack, then the heap. */
export interface MemoryLayout {
  /** Static data ends, and the deepest byte of the stack lies, here. */
  readonly stackLow: number;
  /** The stack grows down from here, and the heap begins. */
  readonly stackHigh: number;
  /** Pages of 64 KiB that a new instance has. */
  readonly initialPages: number;
  /** The word that says where the heap ends (the allocator's break). */
  readonly breakAt: number;
}

/**
 * The version of what the host and the prelude say to each other across the engine: raised when a
 * binary can no longer drive images of the one before.
 */
const HOST_PROTOCOL_VERSION = 2;

/** Of our functions in the engine's table, behind its own: that of promises is the first. */
const BACKTRACE_SLOT = 1;

const WASM_PAGE_BYTES = 65_536;

/** What the build says that its memory may have at most: 2 GiB. Another's cannot be linked to it. */
const PAGES_MAX = 32_768;

/** Facts of one build of the engine; a test holds them against the file. */
interface Build {
  readonly path: string;
  readonly sha256: string;
  readonly layout: MemoryLayout;
  readonly imports: Engine["imports"];
  readonly exports: Engine["exports"];
  readonly memoryMinimumAt: number;
  readonly importedFunctions: number;
  readonly backtraceFunction: number;
  /** Functions in its table. */
  readonly tableLength: number;
}

const QUICKJS: Build = {
  path: quickjsWasmPath,
  sha256: "105c3bed22d457e43e3d1c3c1c6959fda62a8fe06f0fc8a985303c3a2be72232",
  layout: { stackLow: 90_208, stackHigh: 5_333_088, initialPages: 96, breakAt: 86_864 },
  imports: { resizeHeap: "k", now: "p", environmentSizes: "f", environment: "e" },
  exports: { stackPointer: "Oa" },
  memoryMinimumAt: 964,
  importedFunctions: 19,
  backtraceFunction: 329,
  tableLength: 471,
};

function engineOf(build: Build): Engine {
  let compiled: Promise<WebAssembly.Module> | undefined;
  return {
    fingerprint: fingerprintOf(build.sha256),
    layout: build.layout,
    imports: build.imports,
    exports: build.exports,
    module() {
      compiled ??= WebAssembly.compile(IS_COMPILED ? readEmbedded("engine") : adapted(build));
      return compiled;
    },
  };
}

function adapted(build: Build): Uint8Array<ArrayBuffer> {
  return adaptWasm(readFileSync(build.path), {
    ...build,
    initialPages: build.layout.initialPages,
    hookIndex: build.tableLength + BACKTRACE_SLOT,
  });
}

/** For the build: what a built program compiles. @throws Error when the file is not that of the facts */
export function adaptedEngineFile(): Uint8Array<ArrayBuffer> {
  const actual = new Bun.CryptoHasher("sha256").update(readFileSync(QUICKJS.path)).digest("hex");
  if (actual !== QUICKJS.sha256) throw new Error("the engine's file is another build");
  return adapted(QUICKJS);
}

function fingerprintOf(wasmSha256: string): string {
  return new Bun.CryptoHasher("sha256")
    .update(`${wasmSha256}:${HOST_PROTOCOL_VERSION}`)
    .digest("hex");
}

/** The engine of new sessions. */
export const ENGINE: Engine = engineOf(QUICKJS);

const ENGINES = new Map([[ENGINE.fingerprint, ENGINE]]);

/** @throws VmError IMAGE_UNSUPPORTED */
export function engineByFingerprint(fingerprint: string): Engine {
  const engine = ENGINES.get(fingerprint);
  if (!engine) throw new VmError("IMAGE_UNSUPPORTED", { details: { engine: fingerprint } });
  return engine;
}

/**
 * Bytes that the memory of an instance may grow to when its heap may have `memMb` MiB. The largest
 * heaps have less, by the few MiB that lie before them.
 */
export function memoryBytesMax(engine: Engine, memMb: number): number {
  const bytes = engine.layout.stackHigh + memMb * 1024 * 1024;
  return Math.min(Math.ceil(bytes / WASM_PAGE_BYTES), PAGES_MAX) * WASM_PAGE_BYTES;
}
