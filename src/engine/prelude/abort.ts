import { DOMException } from "./dom-exception.ts";
import { Event, EventTarget } from "./events.ts";
import {
  hide,
  list,
  NativeRangeError,
  NativeTypeError,
  push,
  reflectApply,
  symbolToStringTag,
} from "./primordials.ts";
import { startTimer } from "./timers.ts";

const key: object = {};
const { addEventListener, dispatchEvent } = EventTarget.prototype;

class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown = undefined;
  #onabort: unknown = null;
  #listening = false;
  /** Signals made from this one by `any`. */
  #dependents = list<AbortSignal>();

  constructor(caller?: object) {
    if (caller !== key) throw new NativeTypeError("Illegal constructor");
    super();
  }
  get aborted() {
    return this.#aborted;
  }
  get reason() {
    return this.#reason;
  }
  get onabort() {
    return this.#onabort;
  }
  set onabort(handler: unknown) {
    this.#onabort = typeof handler === "function" ? handler : null;
    if (this.#listening) return;
    this.#listening = true;
    reflectApply(addEventListener, this, [
      "abort",
      (event: Event) => {
        if (typeof this.#onabort === "function") reflectApply(this.#onabort, this, [event]);
      },
    ]);
  }
  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(key);
    abort(signal, reason);
    return signal;
  }
  static timeout(delayMs: number): AbortSignal {
    const delay = +delayMs;
    if (!(delay >= 0 && delay <= Number.MAX_SAFE_INTEGER)) {
      throw new NativeRangeError('The value of "delay" is out of range');
    }
    const signal = new AbortSignal(key);
    const expire = (): void =>
      abort(signal, new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    startTimer(expire, delay, [], "idle");
    return signal;
  }
  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const result = new AbortSignal(key);
    const sources = list<AbortSignal>();
    for (const signal of signals) {
      if (!(typeof signal === "object" && signal !== null && #aborted in signal)) {
        throw new NativeTypeError("Every signal must be an instance of AbortSignal");
      }
      push(sources, signal);
    }
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i] as AbortSignal;
      if (source.#aborted) {
        abort(result, source.#reason);
        return result;
      }
    }
    for (let i = 0; i < sources.length; i++) push((sources[i] as AbortSignal).#dependents, result);
    return result;
  }

  static run(signal: AbortSignal, reason: unknown): void {
    if (signal.#aborted) return;
    signal.#aborted = true;
    signal.#reason =
      reason === undefined ? new DOMException("This operation was aborted", "AbortError") : reason;
    reflectApply(dispatchEvent, signal, [new Event("abort")]);
    const dependents = signal.#dependents;
    signal.#dependents = list();
    for (let i = 0; i < dependents.length; i++) {
      abort(dependents[i] as AbortSignal, signal.#reason);
    }
  }
}
const abort = AbortSignal.run;
delete (AbortSignal as Partial<typeof AbortSignal>).run;
hide(AbortSignal.prototype, symbolToStringTag, "AbortSignal");

class AbortController {
  #signal = new AbortSignal(key);
  get signal() {
    return this.#signal;
  }
  abort(reason?: unknown): void {
    abort(this.#signal, reason);
  }
}
hide(AbortController.prototype, symbolToStringTag, "AbortController");

export { AbortController, AbortSignal };
