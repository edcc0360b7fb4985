import type { SessionGrants } from "../../src/core/session.ts";
import { DEFAULT_SETTINGS, mergeSettings, type SettingsPatch } from "../../src/core/settings.ts";
import { baseImage } from "../../src/engine/base-source.ts";
import { EngineHost } from "../../src/engine/engine-host.ts";
import type { EngineJob, EngineOutside } from "../../src/engine/engine-job.ts";
import type { Outcome } from "../../src/engine/outcome.ts";

/** What an execution came to, as a test wants to read it. */
export interface Ended {
  readonly status: string;
  readonly preview: string | undefined;
  readonly error: string | undefined;
  readonly stack: string | undefined;
  readonly console: readonly string[];
  readonly opened: readonly (readonly string[])[];
}

const base = await baseImage();

/** A session on the real engine over a worktree in memory. `take` moves it to another host. */
export class ScratchSession implements Disposable {
  private host = new EngineHost(base, () => undefined);
  private readonly links: { id: string; pieces: Uint8Array[] }[] = [];
  private executions = 0;
  private head: string | undefined;
  private readonly grants: SessionGrants;

  constructor(
    readonly files: Record<string, string> = {},
    settings: SettingsPatch = {},
    readonly modules: readonly string[] = [],
    private readonly folderOnDisk?: (
      candidates: readonly string[],
    ) => { path: string; text: string } | null,
  ) {
    this.grants = {
      settings: mergeSettings(DEFAULT_SETTINGS, settings),
      modules,
      libraries: [],
      globals: {},
      env: {},
      fsReadOnly: false,
      netAllowed: false,
    };
  }

  repl(input: string): Promise<Ended> {
    return this.run({ kind: "repl", input });
  }

  runFile(path: string): Promise<Ended> {
    const source = this.files[path];
    if (source === undefined) throw new Error(`no ${path}`);
    return this.run({ kind: "run_file", path, source, args: {}, env: {} });
  }

  /** As after a restart: nothing but the kept image goes on. */
  move(): void {
    this.host[Symbol.dispose]();
    this.host = new EngineHost(base, () => undefined);
  }

  [Symbol.dispose](): void {
    this.host[Symbol.dispose]();
  }

  private async run(action: EngineJob["action"]): Promise<Ended> {
    const id = `checkpoint-${++this.executions}`;
    const pieces: Uint8Array[] = [];
    const console: string[] = [];
    const opened: (readonly string[])[] = [];
    const outside: EngineOutside = {
      image: () => ({
        engine: base.engine.fingerprint,
        base: base.digest,
        links: this.links.map((link) => link.pieces),
      }),
      base: () => {
        throw new Error("the base is known");
      },
      file: (candidates) => {
        opened.push(candidates);
        if (this.folderOnDisk) return this.folderOnDisk(candidates);
        const path = candidates.find((one) => Object.hasOwn(this.files, one));
        return path === undefined ? null : { path, text: this.files[path]! };
      },
      event: ({ payload }) => {
        console.push((payload as { text: string }).text);
      },
      flush: () => {},
      poll: () => {},
      isMemoryFull: () => false,
      guestBegins: () => {},
      guestEnded: () => {},
      delta: (piece) => {
        pieces.push(new Uint8Array(piece));
      },
    };
    const { outcome, checkpoint } = await this.host.run(
      {
        sessionId: "session",
        grants: this.grants,
        worktreePath: "/nowhere",
        headCheckpointId: this.head,
        nextCheckpointId: id,
        wantFull: false,
        action,
      },
      outside,
    );
    if (checkpoint) {
      if (checkpoint.full) this.links.length = 0;
      this.links.push({ id, pieces });
      this.head = id;
    }
    return endedOf(outcome, console, opened);
  }
}

const endedOf = (
  { status, result, error }: Outcome,
  console: readonly string[],
  opened: readonly (readonly string[])[],
): Ended => ({
  status,
  preview: result?.preview,
  error: error?.message,
  stack: error?.stack,
  console,
  opened,
});
