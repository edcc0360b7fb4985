import type { JobAction, JobEvent } from "../../src/core/ports/runner.ts";
import { NOTHING_GRANTED, type SessionGrants } from "../../src/core/session.ts";
import { DEFAULT_SETTINGS, mergeSettings, type SettingsPatch } from "../../src/core/settings.ts";
import type { BaseImage } from "../../src/engine/base-image.ts";
import { encodeBase } from "../../src/engine/base-image.ts";
import { baseImage } from "../../src/engine/base-source.ts";
import { EngineHost } from "../../src/engine/engine-host.ts";
import type { EngineResult } from "../../src/engine/engine-job.ts";
import type { NativeModuleFactory } from "../../src/engine/native-modules.ts";
import type { SlotSystem } from "../../src/engine/slot.ts";

interface Link {
  readonly parent: string | undefined;
  readonly base: string;
  readonly bytes: Uint8Array;
  readonly heapBytes: number;
}

interface RunOptions {
  readonly wantFull?: boolean;
  readonly discard?: boolean;
}

/** A store of checkpoints in memory, and an engine host that reads it. */
export class ScratchEngine implements Disposable {
  readonly links = new Map<string, Link>();
  /** Called before the guest's code runs. */
  onGuestBegins = () => {};
  /** Whether the host has taken as much memory as it may. */
  isMemoryFull = () => false;
  /** How often an image was asked of the store. */
  imagesRead = 0;
  private host: EngineHost;
  private readonly otherHost: EngineHost;
  private count = 0;

  private constructor(
    readonly base: BaseImage,
    private readonly factory: NativeModuleFactory,
    private readonly bases: ReadonlyMap<string, BaseImage>,
    private readonly system: SlotSystem | undefined,
  ) {
    this.host = new EngineHost(base, factory, system);
    this.otherHost = new EngineHost(base, factory, system);
  }

  static async start(
    options: {
      base?: BaseImage;
      factory?: NativeModuleFactory;
      older?: BaseImage;
      system?: SlotSystem;
    } = {},
  ): Promise<ScratchEngine> {
    const base = options.base ?? (await baseImage());
    const bases = [base, ...(options.older ? [options.older] : [])];
    return new ScratchEngine(
      base,
      options.factory ?? (() => undefined),
      new Map(bases.map((each) => [each.digest, each])),
      options.system,
    );
  }

  session(
    id: string,
    settings: SettingsPatch = {},
    grants: Partial<SessionGrants> = {},
  ): ScratchSession {
    return new ScratchSession(this, id, {
      settings: mergeSettings(DEFAULT_SETTINGS, settings),
      ...NOTHING_GRANTED,
      ...grants,
    });
  }

  /** Another process takes over: nothing goes on but what was kept. */
  restart(): void {
    this.host[Symbol.dispose]();
    this.host = new EngineHost(this.base, this.factory, this.system);
  }

  /** Of two processes with one store, the other one runs something. */
  async elsewhere<T>(act: () => Promise<T>): Promise<T> {
    const { host } = this;
    this.host = this.otherHost;
    try {
      return await act();
    } finally {
      this.host = host;
    }
  }

  shed(): void {
    this.host.shed();
  }

  async run(
    session: ScratchSession,
    action: JobAction,
    { wantFull = false, discard = false }: RunOptions,
  ): Promise<Ended> {
    const events: JobEvent[] = [];
    const pieces: Uint8Array[] = [];
    const next = `checkpoint-${++this.count}`;
    const result = await this.host.run(
      {
        sessionId: session.id,
        grants: session.grants,
        worktreePath: "/nowhere",
        headCheckpointId: session.head,
        nextCheckpointId: next,
        wantFull,
        discard,
        action,
      },
      {
        image: () => {
          this.imagesRead++;
          return this.chain(session.head);
        },
        base: (digest) => encodeBase(this.bases.get(digest)!),
        file: () => null,
        event: (event) => events.push(event),
        flush: () => {},
        poll: () => {},
        isMemoryFull: () => this.isMemoryFull(),
        guestBegins: () => this.onGuestBegins(),
        guestEnded: () => {},
        delta: (piece) => pieces.push(new Uint8Array(piece)),
      },
    );
    if (result.checkpoint) {
      const parent = result.checkpoint.full ? undefined : session.head;
      this.links.set(next, {
        parent,
        base: result.checkpoint.base,
        bytes: Buffer.concat(pieces),
        heapBytes: result.heapBytes,
      });
      session.head = next;
    }
    return new Ended(
      result,
      events,
      pieces.reduce((sum, piece) => sum + piece.length, 0),
    );
  }

  [Symbol.dispose](): void {
    this.host[Symbol.dispose]();
    this.otherHost[Symbol.dispose]();
  }

  private chain(head: string | undefined) {
    const links: Uint8Array[][] = [];
    let base = "";
    const heapBytes = this.links.get(head ?? "")?.heapBytes ?? 0;
    for (let id = head; id !== undefined; ) {
      const link = this.links.get(id)!;
      links.unshift([link.bytes]);
      base = link.base;
      id = link.parent;
    }
    return { engine: this.base.engine.fingerprint, base, heapBytes, links };
  }
}

export class ScratchSession {
  head: string | undefined;

  constructor(
    private readonly engine: ScratchEngine,
    readonly id: string,
    readonly grants: SessionGrants,
  ) {}

  /** Another session that starts where this one is. */
  fork(id: string): ScratchSession {
    const fork = new ScratchSession(this.engine, id, this.grants);
    fork.head = this.head;
    return fork;
  }

  run(input: string, options: RunOptions = {}): Promise<Ended> {
    return this.act({ kind: "repl", input }, options);
  }

  act(action: JobAction, options: RunOptions = {}): Promise<Ended> {
    return this.engine.run(this, action, options);
  }

  async preview(input: string): Promise<string> {
    const { shown } = await this.run(input);
    return shown;
  }
}

export class Ended {
  constructor(
    readonly result: EngineResult,
    readonly events: readonly JobEvent[],
    readonly storedBytes: number,
  ) {}

  get status(): string {
    return this.result.outcome.status;
  }

  get code(): string | undefined {
    return this.result.outcome.error?.code;
  }

  get rolledBack(): boolean {
    return this.result.checkpoint === undefined;
  }

  /** The preview, or the error's message. */
  get shown(): string {
    const { result, error } = this.result.outcome;
    return result?.preview ?? error?.message ?? "";
  }

  get console(): string[] {
    return this.events.map(({ payload }) => (payload as { text: string }).text);
  }
}
