/**
 * The host's side of a native module. One instance serves one session in one worker.
 *
 * Arguments come from a guest heap and are hostile: JSON values and bytes, already bounded in size by
 * the engine, of any shape. What is returned or thrown goes back to the guest: no host path outside
 * the worktree and no host stack may be in it.
 */
export type ModuleValue =
  | null
  | undefined
  | boolean
  | number
  | string
  | bigint
  | Uint8Array
  | readonly ModuleValue[]
  | { readonly [key: string]: ModuleValue };

/**
 * Plain data that the guest's side gives methods, told apart by `$shape`:
 * `stats` gets isFile(), isDirectory() … from `kind` and `atime` … as Dates from `atimeMs` …;
 * `dirent` gets isFile(), isDirectory() … from `kind`. `$shape` and `kind` do not stay on it.
 */
export type GuestShape = "stats" | "dirent";

export interface HostModule {
  readonly name: string;
  /** Names of the functions that a guest finds on `require(name)`. */
  readonly functions: readonly string[];
  /** Synchronous: the guest waits. @throws ModuleError for the guest to see */
  call(fn: string, args: readonly ModuleValue[]): ModuleValue;
  /**
   * What must be known to go on in another worker, as text that `ModuleContext.initialState` takes
   * back; undefined: nothing. Asked when an execution has ended, so it also ends what cannot outlive
   * one (an open transaction). Kept by the host outside the guest's heap; unchanged text is cheap.
   */
  state?(): string | undefined;
  /** At the end of the session's stay in this worker. */
  dispose(): void;
}

export interface ModuleContext {
  /** Absolute, exists. */
  readonly worktreePath: string;
  readonly readOnly: boolean;
  /** Bytes that the modules may hold for the guest together (a result, a program's output). */
  readonly memoryBytesMax: number;
  /** What `state()` of this module gave last in this session. */
  readonly initialState?: string;
  /**
   * Before the host takes so many bytes for the guest in one go, beyond `memoryBytesMax`.
   *
   * @throws an error that ends the execution: there is no room for them
   */
  assertRoom(bytes: number): void;
  /** Milliseconds left of the execution's wall limit; asked at each blocking call. */
  remainingMs(): number;
}

/** An error that the guest sees as an `Error` with these properties. */
export class ModuleError extends Error {
  override readonly name = "ModuleError";
  /** Becomes the guest error's `name`, as `TypeError`. */
  readonly guestName: string;
  /** Further own properties of the guest's error: `code`, `errno`, `syscall`, `path`, `stdout` … */
  readonly properties: Readonly<Record<string, ModuleValue>>;

  constructor(
    message: string,
    properties: Readonly<Record<string, ModuleValue>> = {},
    guestName = "Error",
  ) {
    super(message);
    this.guestName = guestName;
    this.properties = properties;
  }
}
