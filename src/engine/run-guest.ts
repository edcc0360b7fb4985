import type { HostNumbers } from "./base-image.ts";
import type { EngineJob, EngineOutside } from "./engine-job.ts";
import { evaluate, type Started } from "./evaluate.ts";
import { Guest, type ValuePtr } from "./guest.ts";
import { HostCalls } from "./host-calls.ts";
import { withinRoom } from "./host-memory.ts";
import { defineGlobals, loadLibrary } from "./libraries.ts";
import { BY_ID, WorktreeLoader } from "./loader.ts";
import { GuestModules } from "./loader-guest.ts";
import { readVersions } from "./loader-versions.ts";
import type { Outcome } from "./outcome.ts";
import { PreludeNews } from "./prelude-news.ts";
import type { Resident } from "./residents.ts";
import type { Scripts } from "./scripts.ts";
import { Watch } from "./watch.ts";

/** JSON around the text of a console event. */
const EVENT_BYTES = 32;

/** What ran, how it ended, and what the next state must know of it. */
export interface GuestRun {
  readonly watch: Watch;
  readonly outcome: Outcome;
  readonly loader: WorktreeLoader;
}

/**
 * Runs the job's action in the resident's slot until it is quiet or stopped: connects the guest with
 * the outside, under the session's limits. What becomes of the heap is the caller's to decide.
 */
export async function runGuest(
  resident: Resident,
  scripts: Scripts,
  job: EngineJob,
  outside: EngineOutside,
): Promise<GuestRun> {
  const { slot, state, modules, sessionId } = resident;
  const { instance } = slot;
  const { host } = slot.baseImage;
  const guest = new Guest(instance, host.runtime, host.context);
  const { settings } = job.grants;
  const watch = new Watch(instance, host.interruptCounterAt, settings.limits, () => outside.poll());
  modules.remainingMs = () => watch.remainingMs;
  const { action, grants } = job;
  const assertRoom = (nextBytes: number) => {
    if (outside.isMemoryFull(nextBytes)) watch.refuseHostMemory();
  };
  const loader = new WorktreeLoader({
    files: { open: (candidates) => outside.file(candidates) },
    settings,
    natives: { names: grants.modules, functionsOf: (name) => modules.functions(name) },
    state: readVersions(state.loader),
  });
  loader.begin("path" in action ? action.path : undefined);
  const news = new PreludeNews(guest, host.prelude);
  const guestModules = new GuestModules(
    guest,
    loader,
    (name, runnable) => scripts.remember(name, runnable),
    news,
  );
  const calls = new HostCalls(guest, {
    console: (level, text) => {
      const shown = text.includes("\n    at ") ? scripts.mapStack(text) : text;
      if (settings.runtime.console && watch.countOutput(Buffer.byteLength(text) + EVENT_BYTES)) {
        outside.event({ type: "console", payload: { level, text: shown }, atMs: Date.now() });
      }
    },
    module: (name, fn, args) => {
      outside.flush();
      try {
        return modules.call(name, fn, args);
      } finally {
        watch.resume();
        watch.check();
      }
    },
    loader: (op, request) => guestModules.answer(op, request),
    source: (name, line, column) => scripts.textAround(name, line, column),
    nowMs: () => performance.timeOrigin + performance.now(),
    monotonicMs: () => performance.now(),
  });
  instance.callbacks = {
    call: (argc, argv) => withinRoom(assertRoom, () => calls.call(argc, argv)),
    shouldInterrupt: () => watch.poll(),
    loadModule: (name) => withinRoom(assertRoom, () => guestModules.loadModule(name)),
    normalizeModule: (base, name) =>
      withinRoom(assertRoom, () => guestModules.normalizeModule(base, name)),
    rejected: (promise, reason, handled) => {
      calls.mayHaveLeft = true;
      news.rejected(promise, reason, handled);
    },
    errorMade: (error, byEngine) => {
      if (!watch.tripped) news.errorMade(error, byEngine);
    },
    now: () => Date.now(),
  };
  const outcome = await evaluate({
    guest,
    prelude: host.prelude,
    saysWhatIsLeft: host.saysWhatIsLeft === true,
    mayHaveLeft: () => calls.mayHaveLeft,
    watch,
    grants,
    action,
    reseed:
      state.seededFor === sessionId ? undefined : [...crypto.getRandomValues(new Uint32Array(4))],
    start: () => withinRoom(assertRoom, () => start(guest, host.prelude, scripts, loader, job)),
    assertRoom,
    mapStack: (stack) => scripts.mapStack(stack),
    beforeWait: () => outside.flush(),
  });
  return { watch, outcome, loader };
}

/** @throws GuestThrow, StartFailure */
function start(
  guest: Guest,
  prelude: HostNumbers["prelude"],
  scripts: Scripts,
  loader: WorktreeLoader,
  { action, grants }: EngineJob,
): Started {
  const { strict } = grants.settings.runtime;
  switch (action.kind) {
    case "repl":
      return scripts.runSnippet(guest, action.input, strict);
    case "prepare":
      defineGlobals(guest, grants.globals);
      for (const library of action.libraries) loadLibrary(guest, library);
      return {};
    case "fold":
      return {};
    case "complete": {
      const text = guest.newString(action.text);
      try {
        return { value: guest.call(prelude.complete as ValuePtr, [text]) };
      } finally {
        guest.free(text);
      }
    }
    default: {
      const { path, source } = action;
      const script = loader.runsAsModule(path)
        ? undefined
        : scripts.runFile(guest, source, path, strict);
      if (script) return script;
      return scripts.runPrepared(guest, BY_ID, loader.moduleEntry(path, source));
    }
  }
}
