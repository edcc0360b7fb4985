import { complete } from "./complete.ts";
import { endGroups, setConsole } from "./console.ts";
import { describe } from "./describe.ts";
import { describeError } from "./describe-error.ts";
import { errorMade } from "./error-made.ts";
import { installGlobals, setArguments } from "./globals.ts";
import { peekPromise, setHost } from "./host.ts";
import type { BeginConfig, HostCall, PreludeExports } from "./interface.ts";
import { jsonParse } from "./primordials.ts";
import { reseed } from "./random.ts";
import { loadById } from "./require.ts";
import { runTimers, stopAllTimers } from "./timers.ts";
import { takeUncaught, trackRejection } from "./uncaught.ts";

function begin(config: string | number): void {
  // The host calls no `end` for these.
  endGroups();
  if (typeof config === "number") {
    setConsole(config === 1);
    trySetArguments({}, {});
    return;
  }
  const { args, env, console } = jsonParse(config) as BeginConfig;
  setConsole(console);
  trySetArguments(args, env);
}

/** A global that the guest froze stays as it is. */
function trySetArguments(args: unknown, env: unknown): void {
  try {
    setArguments(args, env);
  } catch {}
}

function end(): void {
  stopAllTimers();
  endGroups();
  takeUncaught();
}

function settle(value: unknown): [number, unknown] {
  const peeked = peekPromise(value);
  return peeked === undefined ? [1, value] : peeked;
}

/** The completion value of the bundle; see interface.ts. */
export function boot(host: HostCall): PreludeExports {
  setHost(host);
  installGlobals();
  return {
    begin,
    end,
    reseed,
    describe,
    describeError,
    runTimers,
    unhandled: takeUncaught,
    rejected: trackRejection,
    errorMade,
    settle,
    load: loadById,
    complete,
  };
}
