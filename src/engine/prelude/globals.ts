import { AbortController, AbortSignal } from "./abort.ts";
import { base64Globals } from "./base64.ts";
import { Buffer } from "./buffer.ts";
import { makePerformance } from "./clock.ts";
import { makeConsole } from "./console.ts";
import { makeCrypto } from "./crypto.ts";
import { DOMException } from "./dom-exception.ts";
import { TextDecoder, TextEncoder } from "./encoding.ts";
import { CustomEvent, Event, EventTarget } from "./events.ts";
import { callerFrames } from "./frames.ts";
import { errorHeader } from "./inspect-error.ts";
import { installLocaleMethods, makeIntl } from "./intl.ts";
import { jsonParseGlobal } from "./json-parse.ts";
import {
  hide,
  NativeTypeError,
  named,
  native,
  objectDefineProperty,
  objectGetOwnPropertyDescriptor,
  promiseThen,
  reflectApply,
  settledPromise,
} from "./primordials.ts";
import { makeProxyGlobal } from "./proxies.ts";
import { makeRandom } from "./random.ts";
import { makeGlobalRequire } from "./require.ts";
import { makeStructuredClone } from "./structured-clone.ts";
import { timerGlobals } from "./timers.ts";
import { reportUncaught } from "./uncaught.ts";
import { URL } from "./url.ts";
import { URLSearchParams } from "./url-search-params.ts";

function queueMicrotask(callback: unknown): void {
  if (typeof callback !== "function") {
    throw new NativeTypeError('The "callback" argument must be a function');
  }
  promiseThen(settledPromise, () => {
    try {
      reflectApply(callback, undefined, []);
    } catch (error) {
      reportUncaught(error);
    }
  });
}

/**
 * V8's, which much code takes for granted: the stack of the caller, or of who called `callee`. The frames
 * know functions by name.
 */
function captureStackTrace(target: object, callee?: unknown): void {
  const name: unknown =
    typeof callee === "function" ? objectGetOwnPropertyDescriptor(callee, "name")?.value : "";
  const frames = callerFrames(typeof name === "string" ? name : "");
  hide(target, "stack", `${errorHeader(target)}\n${frames}`);
}

/** Puts the contract's globals where the web has them: functions enumerable, classes not. */
export function installGlobals(): void {
  const functions = {
    ...timerGlobals,
    queueMicrotask: native("queueMicrotask", 1, queueMicrotask),
    structuredClone: makeStructuredClone(),
    ...base64Globals,
  };
  for (const [name, value] of Object.entries(functions)) {
    objectDefineProperty(globalThis, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  const hidden = {
    AbortController,
    AbortSignal,
    Buffer,
    CustomEvent,
    DOMException,
    Event,
    EventTarget,
    Intl: makeIntl(),
    Proxy: makeProxyGlobal(),
    TextDecoder,
    TextEncoder,
    URL,
    URLSearchParams,
    console: makeConsole(),
    crypto: makeCrypto(),
    performance: makePerformance(),
    require: makeGlobalRequire(),
  };
  for (const [name, value] of Object.entries(hidden)) {
    hide(globalThis, name, value);
    if (typeof value === "function") named(value, name);
  }
  hide(Math, "random", makeRandom());
  hide(JSON, "parse", jsonParseGlobal);
  installLocaleMethods();
  Error.stackTraceLimit = 10;
  hide(Error, "captureStackTrace", native("captureStackTrace", 2, captureStackTrace));
}

/** `__ARGS__` and `__ENV__`: plain objects of this execution. */
export function setArguments(args: unknown, env: unknown): void {
  hide(globalThis, "__ARGS__", args);
  hide(globalThis, "__ENV__", env);
}
