import createModule from "@jitl/quickjs-wasmfile-release-sync/emscripten-module";
import type { Engine } from "./engines.ts";
import { backtraceFunction, TABLE_EXPORT, trackerFunction } from "./wasm-file.ts";

/** What the engine asks of its host while it runs. Pointers are byte addresses in its memory. */
export interface EngineCallbacks {
  /** The host function: returns a pointer to the value, or 0 for undefined. */
  call(argc: number, argv: number): number;
  /** Whether to stop what runs. */
  shouldInterrupt(): boolean;
  /** A pointer to the module's source (NUL-terminated, from malloc), or 0 after QTS_Throw. */
  loadModule(name: string): number;
  /** A pointer to the module's full name (NUL-terminated, from malloc). */
  normalizeModule(base: string, name: string): number;
  /** A promise was rejected and has no handler, or has got one now. Values are the engine's own. */
  rejected(promise: bigint, reason: bigint, handled: boolean): void;
  /**
   * An error has got its stack; before any code of the guest sees it.
   *
   * @param byEngine  The engine made it, not a constructor that the guest called.
   */
  errorMade(error: bigint, byEngine: boolean): void;
  now(): number;
}

/** Those C functions of the engine that we call. Values are passed as pointers to them. */
export interface EngineExports {
  HEAPU8: Uint8Array<ArrayBuffer>;
  _malloc(bytes: number): number;
  _free(ptr: number): void;
  _QTS_NewRuntime(): number;
  _QTS_NewContext(rt: number, intrinsics: number): number;
  _QTS_RuntimeSetMaxStackSize(rt: number, bytes: number): void;
  _QTS_RuntimeEnableInterruptHandler(rt: number): void;
  _QTS_RuntimeEnableModuleLoader(rt: number, normalize: number): void;
  _QTS_NewFunction(
    ctx: number,
    name: number,
    length: number,
    isConstructor: number,
    ref: number,
  ): number;
  _QTS_Eval(
    ctx: number,
    code: number,
    bytes: number,
    name: number,
    detect: number,
    flags: number,
  ): number;
  _QTS_Call(ctx: number, fn: number, self: number, argc: number, argv: number): number;
  _QTS_Throw(ctx: number, error: number): number;
  _QTS_ResolveException(ctx: number, value: number): number;
  _QTS_IsJobPending(rt: number): number;
  _QTS_ExecutePendingJob(rt: number, max: number, ctxOut: number): number;
  _QTS_PromiseState(ctx: number, value: number): number;
  _QTS_PromiseResult(ctx: number, value: number): number;
  _QTS_GetProp(ctx: number, object: number, name: number): number;
  _QTS_SetProp(ctx: number, object: number, name: number, value: number): void;
  _QTS_NewString(ctx: number, text: number): number;
  _QTS_GetString(ctx: number, value: number): number;
  _QTS_FreeCString(ctx: number, text: number): void;
  _QTS_NewError(ctx: number): number;
  _QTS_NewArray(ctx: number): number;
  _QTS_NewArrayBuffer(ctx: number, bytes: number, length: number): number;
  _QTS_GetArrayBuffer(ctx: number, value: number): number;
  _QTS_GetArrayBufferLength(ctx: number, value: number): number;
  _QTS_NewFloat64(ctx: number, value: number): number;
  _QTS_GetFloat64(ctx: number, value: number): number;
  _QTS_GetUndefined(): number;
  _QTS_GetTrue(): number;
  _QTS_GetFalse(): number;
  _QTS_DupValuePointer(ctx: number, value: number): number;
  _QTS_FreeValuePointer(ctx: number, value: number): void;
}

/** What the engine takes for "no more memory". */
const REFUSED = 0;

const WASM_PAGE_BYTES = 65_536;

/** The stack leaves out its first frame: that of the constructor. */
const SKIPS_CONSTRUCTOR = 1;

type Imports = ConstructorParameters<typeof WebAssembly.Instance>[1] & object;

/**
 * One WebAssembly instance of the engine with a memory of its own, and nothing booted in it.
 *
 * The limit that holds is ours: the engine's own does not work in this build, so growth is asked
 * through us, and the memory has no room beyond `bytesMax` either.
 */
export class Instance {
  readonly memory: WebAssembly.Memory;
  readonly engine: Engine;
  /** Growths refused since this was last set to 0. */
  refusals = 0;
  onRefusal: () => void = () => {};
  /** The memory is about to grow by so many bytes. */
  onGrowth: (bytes: number) => void = () => {};
  callbacks: EngineCallbacks | undefined;
  private exports!: EngineExports;
  private stackPointer!: () => number;
  /** Of the engine's table: our function that hears of rejected promises. The same in every instance. */
  trackerIndex = 0;
  private view!: Buffer;

  private constructor(
    engine: Engine,
    readonly bytesMax: number,
    bytes: number,
  ) {
    this.engine = engine;
    this.memory = new WebAssembly.Memory({
      initial: Math.max(engine.layout.initialPages, Math.ceil(bytes / WASM_PAGE_BYTES)),
      maximum: bytesMax / WASM_PAGE_BYTES,
    });
    this.memory.grow = (pages) => this.growWithin(pages);
  }

  /**
   * The loader asks for a twentieth more than what there is at least, and gives up where that is over
   * the maximum: how much a guest may have would depend on how its memory came to its size.
   */
  private growWithin(pages: number): number {
    const left = (this.bytesMax - this.memory.buffer.byteLength) / WASM_PAGE_BYTES;
    const more = Math.min(pages, left);
    this.onGrowth(more * WASM_PAGE_BYTES);
    return WebAssembly.Memory.prototype.grow.call(this.memory, more);
  }

  static async create(engine: Engine, bytesMax: number): Promise<Instance> {
    const instance = Instance.unstarted(engine, bytesMax, 0);
    await instance.start();
    return instance;
  }

  /** Only its memory is there, of so many bytes at least; the rest comes with `start`. */
  static unstarted(engine: Engine, bytesMax: number, bytes: number): Instance {
    return new Instance(engine, bytesMax, bytes);
  }

  async start(): Promise<void> {
    const { engine } = this;
    const module = await engine.module();
    this.exports = (await createModule({
      wasmMemory: this.memory,
      callbacks: this.importedCallbacks(),
      instantiateWasm: (imports: Imports, done: (made: WebAssembly.Instance) => void) => {
        this.replaceImports(imports);
        const made = new WebAssembly.Instance(module, imports);
        this.stackPointer = made.exports[engine.exports.stackPointer] as () => number;
        const table = made.exports[TABLE_EXPORT] as WebAssembly.Table;
        this.trackerIndex = table.grow(1, this.tracker() as never);
        table.grow(1, this.backtrace() as never);
        done(made);
        return {};
      },
      print: () => {},
      printErr: () => {},
    } as never)) as unknown as EngineExports;
  }

  get c(): EngineExports {
    return this.exports;
  }

  /** The memory as it is now: growing makes a new one, so keep none across calls of the engine. */
  get bytes(): Buffer {
    const buffer = this.memory.buffer;
    if (this.view?.buffer !== buffer) this.view = Buffer.from(buffer);
    return this.view;
  }

  /** Whether every call of the engine came back: one that trapped leaves its stack behind. */
  get isBalanced(): boolean {
    return this.stackPointer() === this.engine.layout.stackHigh;
  }

  readU32(at: number): number {
    return this.bytes.readUInt32LE(at);
  }

  writeU32(at: number, value: number): void {
    this.bytes.writeUInt32LE(value, at);
  }

  /** Grows the memory from outside, to put a large image in. @throws RangeError over the maximum */
  growTo(bytes: number): void {
    const missing = bytes - this.memory.buffer.byteLength;
    if (missing > 0) this.resize?.(bytes);
    if (this.memory.buffer.byteLength < bytes) throw new RangeError("over the memory limit");
  }

  private resize: ((bytes: number) => number) | undefined;

  private replaceImports(imports: Imports): void {
    const { resizeHeap, now, environmentSizes, environment } = this.engine.imports;
    const functions = Object.values(imports)[0] as Record<string, unknown>;
    // The loader's own function also refreshes the loader's views of the memory.
    const grow = functions[resizeHeap] as (bytes: number) => number;
    this.resize = grow;
    functions[resizeHeap] = (bytes: number) => {
      if (bytes >>> 0 <= this.bytesMax && grow(bytes)) return 1;
      this.refusals++;
      this.onRefusal();
      return REFUSED;
    };
    // The loader would put this process's language and file name into the guest's memory.
    functions[environmentSizes] = (countAt: number, bytesAt: number) => {
      this.writeU32(countAt, 0);
      this.writeU32(bytesAt, 0);
      return 0;
    };
    functions[environment] = () => 0;
    functions[now] = () => this.callbacks?.now() ?? 0;
  }

  private tracker(): unknown {
    return trackerFunction((_context, promise, reason, handled) => {
      this.callbacks?.rejected(promise, reason, handled !== 0);
    });
  }

  private backtrace(): unknown {
    return backtraceFunction((_context, error, _file, _line, _column, flags) => {
      this.callbacks?.errorMade(error, (flags & SKIPS_CONSTRUCTOR) === 0);
    });
  }

  private importedCallbacks() {
    return {
      callFunction: (_async: unknown, _ctx: number, _self: number, argc: number, argv: number) =>
        this.callbacks?.call(argc, argv) ?? 0,
      shouldInterrupt: () => (this.callbacks?.shouldInterrupt() ? 1 : 0),
      loadModuleSource: (_async: unknown, _rt: number, _ctx: number, name: string) =>
        this.callbacks?.loadModule(name) ?? 0,
      normalizeModule: (_async: unknown, _rt: number, _ctx: number, base: string, name: string) =>
        this.callbacks?.normalizeModule(base, name) ?? 0,
      freeHostRef: () => {},
    };
  }
}
