import { type Daemon, makeSession, repl } from "../harness/binary.ts";

/**
 * Another session of the same daemon that goes on with its own work while the programs run. It counts;
 * a number that is not the next one means that another session reached into it.
 */
export class Bystander {
  readonly latenciesMs: number[] = [];
  readonly faults: string[] = [];
  private count = 0;
  private last: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  private constructor(
    private readonly daemon: Daemon,
    private readonly sessionId: string,
  ) {}

  static async begin(daemon: Daemon, worktree: string): Promise<Bystander> {
    const settings = { limits: { mem_mb: 32 } };
    const { sessionId } = await makeSession(daemon, worktree, { settings });
    await repl(daemon, sessionId, "let count = 0");
    const bystander = new Bystander(daemon, sessionId);
    bystander.goOn();
    return bystander;
  }

  /** One more step, after those under way. */
  step(): Promise<void> {
    this.last = this.last.then(() => this.next());
    return this.last;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.last;
  }

  private goOn(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => this.step().then(() => this.goOn()), 50);
  }

  private async next(): Promise<void> {
    this.count++;
    const beganMs = performance.now();
    const { status, body } = await repl(this.daemon, this.sessionId, "count = count + 1");
    this.latenciesMs.push(performance.now() - beganMs);
    if (status !== 201 || body.result?.preview !== String(this.count)) {
      this.faults.push(`expected ${this.count}, got ${status} ${JSON.stringify(body)}`);
    }
  }
}
