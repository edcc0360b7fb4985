import { LIMITS } from "./limits.ts";

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Work that goes on until its time is up, and then waits: what it awaits before is no pause to others. */
export class Slice {
  private sinceMs = performance.now();

  constructor(private readonly rest: () => Promise<void> = () => pause(0)) {}

  async over(): Promise<void> {
    if (this.isUp()) await this.renew();
  }

  isUp(): boolean {
    return performance.now() - this.sinceMs >= LIMITS.stepMs;
  }

  async renew(): Promise<void> {
    await this.rest();
    this.sinceMs = performance.now();
  }
}
