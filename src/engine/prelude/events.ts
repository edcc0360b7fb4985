import { performanceNow } from "./clock.ts";
import { DOMException } from "./dom-exception.ts";
import {
  arraySlice,
  coerce,
  hide,
  list,
  NativeTypeError,
  push,
  reflectApply,
  symbolToStringTag,
} from "./primordials.ts";
import { reportUncaught } from "./uncaught.ts";

interface Listener {
  readonly callback: unknown;
  readonly capture: boolean;
  readonly once: boolean;
  removed: boolean;
}

const NONE = 0;
const AT_TARGET = 2;

class Event {
  #type: string;
  #bubbles: boolean;
  #cancelable: boolean;
  #composed: boolean;
  #canceled = false;
  #stopped = false;
  #stoppedNow = false;
  #target: EventTarget | null = null;
  #phase = NONE;
  #timeStamp = performanceNow();
  constructor(type: string, init?: EventInit) {
    // biome-ignore lint/complexity/noArguments: a rest parameter would change the length
    if (arguments.length === 0) {
      throw new NativeTypeError('The "type" argument must be specified');
    }
    this.#type = coerce(type);
    this.#bubbles = !!init?.bubbles;
    this.#cancelable = !!init?.cancelable;
    this.#composed = !!init?.composed;
  }
  get type() {
    return this.#type;
  }
  get target() {
    return this.#target;
  }
  get currentTarget() {
    return this.#phase === NONE ? null : this.#target;
  }
  get srcElement() {
    return this.#target;
  }
  get bubbles() {
    return this.#bubbles;
  }
  get cancelable() {
    return this.#cancelable;
  }
  get composed() {
    return this.#composed;
  }
  get defaultPrevented() {
    return this.#canceled;
  }
  get returnValue() {
    return !this.#canceled;
  }
  get cancelBubble() {
    return this.#stopped;
  }
  set cancelBubble(value: boolean) {
    if (value) this.#stopped = true;
  }
  get eventPhase() {
    return this.#phase;
  }
  get timeStamp() {
    return this.#timeStamp;
  }
  get isTrusted() {
    return false;
  }
  preventDefault(): void {
    if (this.#cancelable) this.#canceled = true;
  }
  stopPropagation(): void {
    this.#stopped = true;
  }
  stopImmediatePropagation(): void {
    this.#stopped = true;
    this.#stoppedNow = true;
  }
  composedPath(): EventTarget[] {
    return this.#phase === NONE || this.#target === null ? [] : [this.#target];
  }

  static begin(event: Event, target: EventTarget): string {
    if (event.#phase !== NONE) {
      throw new DOMException("The event is already being dispatched", "InvalidStateError");
    }
    event.#target = target;
    event.#phase = AT_TARGET;
    event.#stoppedNow = false;
    return event.#type;
  }
  static stopped(event: Event): boolean {
    return event.#stoppedNow;
  }
  static end(event: Event): boolean {
    event.#phase = NONE;
    event.#stopped = false;
    return !event.#canceled;
  }
  static is(value: unknown): value is Event {
    return typeof value === "object" && value !== null && #type in value;
  }
}
interface EventInit {
  bubbles?: boolean;
  cancelable?: boolean;
  composed?: boolean;
}
// Our own doors into an event are not the guest's.
const { begin, stopped, end, is } = Event;
for (const name of ["begin", "stopped", "end", "is"] as const) {
  delete (Event as Partial<typeof Event>)[name];
}
for (const [index, name] of ["NONE", "CAPTURING_PHASE", "AT_TARGET", "BUBBLING_PHASE"].entries()) {
  Object.defineProperty(Event, name, { value: index, enumerable: true });
  Object.defineProperty(Event.prototype, name, { value: index, enumerable: true });
}
hide(Event.prototype, symbolToStringTag, "Event");

class CustomEvent extends Event {
  #detail: unknown;
  constructor(type: string, init?: EventInit & { detail?: unknown }) {
    super(type, init);
    this.#detail = init?.detail ?? null;
  }
  get detail() {
    return this.#detail;
  }
}
hide(CustomEvent.prototype, symbolToStringTag, "CustomEvent");

type ListenerOptions =
  | boolean
  | {
      capture?: boolean;
      once?: boolean;
      passive?: boolean;
      signal?: EventTarget & { aborted: boolean };
    };

class EventTarget {
  #listeners: { [type: string]: Listener[] } = { __proto__: null } as never;

  addEventListener(type: string, callback: unknown, options?: ListenerOptions): void {
    // biome-ignore lint/complexity/noArguments: a rest parameter would change the length
    if (arguments.length < 2) {
      throw new NativeTypeError('The "type" and "listener" arguments must be specified');
    }
    const given = typeof options === "object" && options !== null ? options : undefined;
    const capture = given === undefined ? options === true : !!given.capture;
    const signal = given?.signal;
    if (signal?.aborted) return;
    if (callback === null || callback === undefined) return;
    if (typeof callback !== "function" && typeof callback !== "object") {
      throw new NativeTypeError('The "listener" argument must be a function or an object');
    }
    const name = coerce(type);
    this.#listeners[name] ??= list();
    const own = this.#listeners[name] as Listener[];
    if (find(own, callback, capture) !== -1) return;
    push(own, { callback, capture, once: !!given?.once, removed: false });
    if (signal !== undefined) {
      signal.addEventListener("abort", () => remove(this, name, callback, capture), { once: true });
    }
  }
  removeEventListener(type: string, callback: unknown, options?: ListenerOptions): void {
    const capture = typeof options === "object" && options !== null ? !!options.capture : !!options;
    remove(this, coerce(type), callback, capture);
  }
  dispatchEvent(event: Event): boolean {
    if (!is(event)) {
      throw new NativeTypeError('The "event" argument must be an instance of Event');
    }
    const type = begin(event, this);
    const own = this.#listeners[type];
    if (own !== undefined) {
      const now = arraySlice(own);
      for (let i = 0; i < now.length && !stopped(event); i++) {
        const listener = now[i] as Listener;
        if (listener.removed) continue;
        if (listener.once) remove(this, type, listener.callback, listener.capture);
        call(listener.callback, this, event);
      }
    }
    return end(event);
  }

  static listenersOf(target: EventTarget, type: string): Listener[] | undefined {
    return target.#listeners[type];
  }
}
const { listenersOf } = EventTarget;
delete (EventTarget as Partial<typeof EventTarget>).listenersOf;
hide(EventTarget.prototype, symbolToStringTag, "EventTarget");

function find(own: readonly Listener[], callback: unknown, capture: boolean): number {
  for (let i = 0; i < own.length; i++) {
    const listener = own[i] as Listener;
    if (listener.callback === callback && listener.capture === capture) return i;
  }
  return -1;
}

function remove(target: EventTarget, type: string, callback: unknown, capture: boolean): void {
  const own = listenersOf(target, type);
  const index = own === undefined ? -1 : find(own, callback, capture);
  if (own === undefined || index === -1) return;
  (own[index] as Listener).removed = true;
  for (let i = index + 1; i < own.length; i++) own[i - 1] = own[i] as Listener;
  own.length -= 1;
}

/** A listener that throws does not keep the others from hearing of the event. */
function call(callback: unknown, target: EventTarget, event: Event): void {
  try {
    if (typeof callback === "function") reflectApply(callback, target, [event]);
    else (callback as { handleEvent(event: Event): void }).handleEvent(event);
  } catch (error) {
    reportUncaught(error);
  }
}

export { CustomEvent, Event, EventTarget };
