import {
  type BaseImage,
  type HostNumbers,
  makeBase,
  PRELUDE_FUNCTIONS,
  type PreludeFunction,
} from "./base-image.ts";
import { type Engine, memoryBytesMax } from "./engines.ts";
import { EVAL_GLOBAL, Guest, STACK_BYTES, type ValuePtr } from "./guest.ts";
import { fillHoles } from "./heap-holes.ts";
import { Instance } from "./instance.ts";
import { connectBridge } from "./loader-bridge.ts";
import { PAGE_BYTES, PageLayout } from "./pages.ts";

/** What the handler of interrupts finds in the counter each time that it is called. */
const INTERRUPT_COUNTER_INIT = 10_000;

/** Bytes of a context in which its interrupt counter is looked for. */
const CONTEXT_BYTES = 1024;

/** Bytes of a runtime in which its handlers are looked for. */
const RUNTIME_BYTES = 512;

/** Bits of the number of places that a table of shapes has: at first 4, and few after booting. */
const SHAPE_BITS_MIN = 4;
const SHAPE_BITS_MAX = 12;

/** The flag that keeps texts of functions out. Lines and file names stay. */
const STRIP_SOURCE = 1;
const FUNCTION_BODY = "return 'a text to find'";

/** 2026-01-01. Booting must leave the same bytes everywhere, and the engine seeds from the clock. */
const BOOT_EPOCH_MS = 1_767_225_600_000;

/** The name under which the engine shows our host function. Nobody gets to see it. */
const HOST_REFERENCE = 1;

/**
 * Boots a runtime with the prelude in it: deterministic, so that every process of one program version
 * makes the same base image.
 */
export async function bootBase(
  engine: Engine,
  prelude: { source: string; file: string },
): Promise<BaseImage> {
  const instance = await Instance.create(engine, memoryBytesMax(engine, 64));
  let interruptCounterAt = 0;
  let contextAt = 0;
  instance.callbacks = {
    call: () => {
      throw new Error("the prelude must not call the host while it boots");
    },
    shouldInterrupt: () => {
      interruptCounterAt ||= findCounter(instance, contextAt);
      return false;
    },
    loadModule: () => 0,
    normalizeModule: () => 0,
    rejected: () => {},
    errorMade: () => {},
    now: () => BOOT_EPOCH_MS,
  };
  const { c } = instance;
  const runtime = c._QTS_NewRuntime();
  c._QTS_RuntimeSetMaxStackSize(runtime, STACK_BYTES);
  contextAt = c._QTS_NewContext(runtime, 0);
  enableHandlers(instance, runtime);
  c._QTS_RuntimeEnableModuleLoader(runtime, 1);
  const guest = new Guest(instance, runtime, contextAt);
  guest.free(
    guest.evaluate(`for (let i = 0; i < ${INTERRUPT_COUNTER_INIT * 2}; i++);`, "boot", EVAL_GLOBAL),
  );
  if (interruptCounterAt === 0) throw new Error("the engine's interrupt counter was not found");
  const functions = withoutSources(guest, () => runPrelude(guest, prelude));
  fillHoles(instance);
  const host: HostNumbers = {
    runtime,
    context: contextAt,
    interruptCounterAt,
    prelude: functions,
    saysWhatIsLeft: true,
  };
  return makeBase(engine, host, pagesOf(instance));
}

function runPrelude(
  guest: Guest,
  prelude: { source: string; file: string },
): Record<PreludeFunction, ValuePtr> {
  const { c } = guest.instance;
  const boot = guest.evaluate(prelude.source, prelude.file, EVAL_GLOBAL);
  const name = guest.putText("host");
  const host = c._QTS_NewFunction(guest.context, name, 3, 0, HOST_REFERENCE) as ValuePtr;
  c._free(name);
  const exports = guest.call(boot, [host]);
  const functions = {} as Record<PreludeFunction, ValuePtr>;
  for (const key of PRELUDE_FUNCTIONS) functions[key] = guest.property(exports, key);
  connectBridge(guest, functions.load);
  for (const value of [exports, host, boot]) guest.free(value);
  connectBridge(guest, functions.load);
  while (guest.runJobs(-1) > 0);
  return functions;
}

/**
 * The engine offers no call to set its rejection tracker. Its field follows those of the interrupt
 * handler, and before the list of jobs, which shows that we are right: empty, it points to itself.
 */
function enableHandlers(instance: Instance, runtime: number): void {
  const before = Buffer.from(instance.bytes.subarray(runtime, runtime + RUNTIME_BYTES));
  instance.c._QTS_RuntimeEnableInterruptHandler(runtime);
  for (let at = 0; at < RUNTIME_BYTES; at += 4) {
    if (instance.readU32(runtime + at) === before.readUInt32LE(at)) continue;
    const tracker = runtime + at + 8;
    const jobs = tracker + 8;
    if (instance.readU32(jobs) !== jobs || instance.readU32(jobs + 4) !== jobs) break;
    instance.writeU32(tracker, instance.trackerIndex);
    return;
  }
  throw new Error("the engine's rejection tracker was not found");
}

/**
 * Compiled functions keep their text, for `toString`, and functions within them theirs once more: of
 * the prelude's that is a sixth of the heap. The engine offers no call to set what it strips. Its field
 * stands before the table of shapes, which shows that we are right: it has as many places as its bits
 * say.
 */
function withoutSources<T>(guest: Guest, work: () => T): T {
  const { instance, runtime } = guest;
  for (let at = runtime; at < runtime + RUNTIME_BYTES; at += 4) {
    const bits = instance.readU32(at);
    if (bits < SHAPE_BITS_MIN || bits > SHAPE_BITS_MAX) continue;
    if (instance.readU32(at + 4) !== 1 << bits) continue;
    const strip = at - 4;
    if (instance.bytes[strip] !== 0) break;
    instance.bytes[strip] = STRIP_SOURCE;
    if (textOfFunction(guest).includes(FUNCTION_BODY)) break;
    const result = work();
    instance.bytes[strip] = 0;
    if (textOfFunction(guest).includes(FUNCTION_BODY)) return result;
    break;
  }
  throw new Error("the engine's strip flags were not found");
}

function textOfFunction(guest: Guest): string {
  const fn = guest.evaluate(`(function () { ${FUNCTION_BODY} })`, "boot", EVAL_GLOBAL);
  const text = guest.text(fn);
  guest.free(fn);
  return text;
}

function findCounter(instance: Instance, context: number): number {
  for (let at = context; at < context + CONTEXT_BYTES; at += 4) {
    if (instance.readU32(at) === INTERRUPT_COUNTER_INIT) return at;
  }
  return 0;
}

function pagesOf(instance: Instance): Buffer<ArrayBuffer> {
  const layout = new PageLayout(instance.engine.layout);
  const memory = instance.bytes;
  memory.fill(0, layout.deadTail.from, layout.deadTail.to);
  const end = layout.endPage(instance.readU32(instance.engine.layout.breakAt));
  const pages = Buffer.alloc(end * PAGE_BYTES);
  for (let page = 0; page < end; page++) {
    const at = layout.address(page);
    memory.copy(pages, page * PAGE_BYTES, at, at + PAGE_BYTES);
  }
  return pages;
}
