import { EVAL_GLOBAL, EVAL_MODULE, type Guest, GuestThrow, type ValuePtr } from "./guest.ts";
import type { GuestAnswer } from "./host-calls.ts";
import type { WorktreeLoader } from "./loader.ts";
import { BY_ID } from "./loader.ts";
import { ModuleLoadError } from "./loader-error.ts";
import { pathOf } from "./loader-versions.ts";
import { encodeAnswer } from "./module-values.ts";
import type { PreludeNews } from "./prelude-news.ts";
import type { RunText } from "./scripts.ts";
import { SourceError } from "./source-error.ts";

/** Ids of half loaded modules that a guest may name in a request. */
const LOADING_MAX = 10_000;

/** Joins the loader to the guest of one execution: the engine's callbacks and the prelude's requests. */
export class GuestModules {
  constructor(
    private readonly guest: Guest,
    private readonly loader: WorktreeLoader,
    /** Told what a module runs as. */
    private readonly remember: (name: string, runnable: RunText) => void,
    private readonly news: PreludeNews,
  ) {}

  /** `resolve`, `compile` and `import` of prelude/interface.ts. @throws for the guest to see */
  answer(op: string, request: Readonly<Record<string, unknown>>): GuestAnswer | undefined {
    const { id, specifier, from, loading } = request;
    try {
      switch (op) {
        case "resolve":
          if (typeof id === "string")
            return encodeAnswer("return", { ...this.loader.resolve({ id }) });
          if (typeof specifier !== "string" || typeof from !== "string") return undefined;
          return encodeAnswer("return", { ...this.loader.resolve({ specifier, from }) });
        case "compile":
          return typeof id === "string" ? { value: this.compile(id) } : undefined;
        case "import":
          return typeof id === "string" ? { value: this.namespace(id, idsOf(loading)) } : undefined;
        default:
          return undefined;
      }
    } catch (error) {
      throw error instanceof SourceError ? asLoadError(error, id) : error;
    }
  }

  /** The engine's callback. @returns a pointer to text, or 0 after QTS_Throw */
  loadModule(name: string): number {
    const { guest } = this;
    try {
      const runnable = this.loader.source(name);
      this.remember(name, runnable);
      return guest.putText(runnable.code);
    } catch (error) {
      const shown = error instanceof SourceError ? asLoadError(error, name) : error;
      const known = shown instanceof ModuleLoadError ? shown : HOST_FAILED;
      guest.free(guest.throwing(errorOf(guest, known)) as ValuePtr);
      return 0;
    }
  }

  /** The engine's callback. @returns a pointer to the module's name */
  normalizeModule(base: string, specifier: string): number {
    return this.guest.putText(this.loader.normalize(base, specifier));
  }

  private compile(id: string): ValuePtr {
    const runnable = this.loader.commonJs(id);
    this.remember(id, runnable);
    return this.guest.evaluate(runnable.code, id, EVAL_GLOBAL);
  }

  /** The namespace of an ES module that is there at once. */
  private namespace(id: string, loading: readonly string[]): ValuePtr {
    const { guest } = this;
    this.loader.assertNoCycle(id, loading);
    const stub = `export * as namespace from ${JSON.stringify(id)};`;
    const value = this.evaluated(stub);
    try {
      const state = guest.promiseState(value);
      if (state === "none") return guest.property(value, "namespace");
      if (state === "pending") throw asynchronous(id);
      const held = guest.promiseResult(value);
      if (state === "rejected") throw new GuestThrow(held);
      try {
        return guest.property(held, "namespace");
      } finally {
        guest.free(held);
      }
    } finally {
      guest.free(value);
    }
  }

  /** What the module throws is the caller's to catch, and no rejection that nobody handled. */
  private evaluated(stub: string): ValuePtr {
    try {
      return this.guest.evaluate(stub, BY_ID, EVAL_MODULE);
    } catch (error) {
      if (error instanceof GuestThrow) this.news.taken(error.error);
      throw error;
    }
  }
}

const HOST_FAILED = new ModuleLoadError("The module could not be loaded", "EIO");

const asynchronous = (id: string): ModuleLoadError =>
  new ModuleLoadError(
    `require() cannot load '${pathOf(id)}': it awaits at its top level; use import() instead`,
    "ERR_REQUIRE_ASYNC_MODULE",
  );

const asLoadError = ({ message, line, column }: SourceError, id: unknown): ModuleLoadError =>
  new ModuleLoadError(
    `${message} (${pathOf(String(id))}:${line}:${column})`,
    "ERR_INVALID_SYNTAX",
    "SyntaxError",
  );

function errorOf(guest: Guest, { message, guestName, properties }: ModuleLoadError): ValuePtr {
  const error = guest.newError(message);
  if (guestName !== "Error") guest.setText(error, "name", guestName);
  guest.setText(error, "code", properties.code);
  return error;
}

const idsOf = (raw: unknown): string[] =>
  Array.isArray(raw)
    ? raw.slice(0, LOADING_MAX).filter((id): id is string => typeof id === "string")
    : [];
