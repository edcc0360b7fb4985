import { NOTHING_GRANTED, type SessionGrants } from "../core/session.ts";
import { DEFAULT_SETTINGS } from "../core/settings.ts";
import type { EngineHost } from "../engine/engine-host.ts";
import type { EngineOutside } from "../engine/engine-job.ts";

/** After so many the first jobs are about as quick as all later ones. */
const STEPS = 12;

/** Sessions of nobody; real ones have UUIDs. */
const FIRST = "warm-up 1";
const SECOND = "warm-up 2";

const GRANTS: SessionGrants = { settings: DEFAULT_SETTINGS, ...NOTHING_GRANTED };

/**
 * Runs sessions of its own in an idle worker, for what a process does for the first time takes
 * several times as long: taking up an image, running a snippet, writing down what changed.
 */
export class WarmUp {
  private steps = 0;
  private image: Uint8Array[] = [];

  constructor(
    private readonly engine: EngineHost,
    private readonly base: { readonly engine: string; readonly base: string },
  ) {}

  get isDone(): boolean {
    return this.steps >= STEPS;
  }

  /** A few milliseconds. Each state is a new one: those that the engine knows it does not ask for. */
  async step(): Promise<void> {
    if (this.isDone) return;
    if (this.steps % 2 === 0) this.image = await this.execute(FIRST, undefined, []);
    else await this.execute(SECOND, `warm-up ${this.steps}`, this.image);
    this.steps++;
    if (this.isDone) this.forget();
  }

  /** There is work, which warms as well. */
  end(): void {
    if (this.isDone) return;
    this.steps = STEPS;
    this.forget();
  }

  private forget(): void {
    this.image = [];
    this.engine.forget(FIRST);
    this.engine.forget(SECOND);
  }

  /** @returns The delta that it left. */
  private async execute(
    sessionId: string,
    head: string | undefined,
    image: readonly Uint8Array[],
  ): Promise<Uint8Array[]> {
    const delta: Uint8Array[] = [];
    const outside: EngineOutside = {
      image: () => ({ ...this.base, links: [image] }),
      base: () => new Uint8Array(0),
      file: () => null,
      event: () => {},
      flush: () => {},
      poll: () => {},
      isMemoryFull: () => false,
      guestBegins: () => {},
      guestEnded: () => {},
      delta: (piece) => void delta.push(piece),
    };
    await this.engine.run(
      {
        sessionId,
        grants: GRANTS,
        worktreePath: "/",
        headCheckpointId: head,
        nextCheckpointId: `after ${head}`,
        wantFull: false,
        action: { kind: "repl", input: "var x = [1]; x" },
      },
      outside,
    );
    return delta;
  }
}
