import type { SessionGrants } from "../core/session.ts";
import { countTextGarbage } from "./garbage.ts";
import { assertRoomFor } from "./host-memory.ts";
import type { ModuleValue } from "./module-values.ts";

/** A module of the host's, as modules/module.ts describes it. */
export interface NativeModule {
  readonly functions: readonly string[];
  call(fn: string, args: readonly ModuleValue[]): ModuleValue;
  state?(): string | undefined;
  dispose(): void;
}

export interface NativeModuleContext {
  readonly worktreePath: string;
  readonly readOnly: boolean;
  readonly memoryBytesMax: number;
  readonly initialState?: string;
  assertRoom(bytes: number): void;
  remainingMs(): number;
}

/** Undefined: there is no module of that name. */
export type NativeModuleFactory = (
  name: string,
  context: NativeModuleContext,
) => NativeModule | undefined;

/** Bytes that the modules of a session may hold for its guest, whatever its own limit. */
const MODULE_BYTES_MAX = 32 * 1024 * 1024;
/** Of the session's limit: on its way to the guest, all of it is there several times over. */
const MODULE_PART = 1 / 4;

/** Shaped so that the guest sees it. */
class NotAllowed extends Error {
  readonly guestName = "Error";
  readonly properties = { code: "MODULE_NOT_ALLOWED" };
}

/**
 * The native modules of one session for as long as it stays in a slot. What a session may use is in
 * its grants, which the daemon keeps: nothing in the guest's heap can add to it.
 */
export class NativeModules implements Disposable {
  private readonly made = new Map<string, NativeModule>();
  private states: Readonly<Record<string, string>>;
  /** Milliseconds left of the running execution. */
  remainingMs: () => number = () => 0;

  constructor(
    readonly sessionId: string,
    private readonly factory: NativeModuleFactory,
    private readonly options: { grants: SessionGrants; worktreePath: string },
    states: Readonly<Record<string, string>>,
  ) {
    this.states = states;
  }

  /** Undefined: the session has no such module. */
  functions(name: string): readonly string[] | undefined {
    return this.find(name)?.functions;
  }

  call(name: string, fn: string, args: readonly ModuleValue[]): ModuleValue {
    const module = this.find(name);
    if (!module) throw new NotAllowed(`Invalid module: '${name}' is not enabled for this session`);
    if (!module.functions.includes(fn)) throw new NotAllowed(`${name}.${fn} is not a function`);
    return module.call(fn, args);
  }

  /** At the end of an execution: what the next instances of the modules must know. */
  takeStates(): Readonly<Record<string, string>> {
    const states: Record<string, string> = { ...this.states };
    for (const [name, module] of this.made) {
      if (!module.state) continue;
      const state = module.state();
      if (state === undefined) delete states[name];
      else {
        if (state !== states[name]) countTextGarbage(state.length);
        states[name] = state;
      }
    }
    this.states = states;
    return states;
  }

  /** New instances that know this: what the present ones did is undone. */
  restart(states: Readonly<Record<string, string>>): void {
    this[Symbol.dispose]();
    this.states = states;
  }

  [Symbol.dispose](): void {
    for (const module of this.made.values()) module.dispose();
    this.made.clear();
  }

  private find(name: string): NativeModule | undefined {
    const made = this.made.get(name);
    if (made) return made;
    const { grants, worktreePath } = this.options;
    if (!grants.modules.includes(name)) return undefined;
    const initialState = this.states[name];
    const module = this.factory(name, {
      worktreePath,
      readOnly: grants.fsReadOnly,
      memoryBytesMax: Math.min(
        MODULE_BYTES_MAX,
        grants.settings.limits.mem_mb * 1024 * 1024 * MODULE_PART,
      ),
      ...(initialState === undefined ? {} : { initialState }),
      assertRoom: assertRoomFor,
      remainingMs: () => this.remainingMs(),
    });
    if (module) this.made.set(name, module);
    return module;
  }
}
