import { VmError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import type { Clock } from "./ports/clock.ts";
import type { IdempotencyRecord, IdempotencyStore } from "./ports/idempotency-store.ts";
import { invalidField } from "./required.ts";
import type { TimingSink } from "./timing.ts";

/** What a request carries beside its body. */
export interface RequestOptions {
  /** Asked for: where the time goes. */
  readonly timing?: TimingSink | undefined;
  /** The client's Idempotency-Key header. */
  readonly idempotencyKey?: string | undefined;
}

export type KeyedRequest = Pick<IdempotencyRecord, "key" | "digest">;

/**
 * Makes a retry safe: the same key and body within a day gives what the first request made.
 *
 * The record of a key is written in the transaction of what the request made. A request that was cut
 * off before that left nothing, so a retry runs it; one that comes while the first still runs waits
 * for it and gets the same answer.
 */
export class Idempotency {
  private readonly running = new Map<string, { digest: string; answer: Promise<unknown> }>();

  private readonly begunMs: number;
  private readonly begunMonotonicMs: number;

  constructor(
    private readonly store: IdempotencyStore,
    private readonly clock: Clock,
  ) {
    this.begunMs = clock.nowMs();
    this.begunMonotonicMs = clock.monotonicMs();
  }

  /** Drops the records of keys whose time has passed. */
  sweep(): Promise<void> {
    return this.store.sweep(this.since());
  }

  /**
   * @param route     Where the key is valid: `repl`, `run-file`, `sessions`.
   * @param perform   Makes it, and writes the record with it. Called without a record for no key.
   * @param recall    The answer to the first request, made again from what it left.
   * @throws VmError VALIDATION_ERROR (malformed key), IDEMPOTENCY_KEY_REUSED
   */
  async once<T>(
    route: string,
    body: unknown,
    options: RequestOptions,
    perform: (keyed: KeyedRequest | undefined) => Promise<T>,
    recall: (subjectId: string) => Promise<T>,
  ): Promise<T> {
    const key = options.idempotencyKey;
    if (key === undefined) return perform(undefined);
    assertKey(key);
    const digest = digestOf(route, body);
    const sameTime = this.running.get(key);
    if (sameTime) {
      if (sameTime.digest !== digest) throw new VmError("IDEMPOTENCY_KEY_REUSED");
      return sameTime.answer as Promise<T>;
    }
    const answer = this.answer(key, digest, perform, recall);
    this.running.set(key, { digest, answer });
    try {
      return await answer;
    } finally {
      this.running.delete(key);
    }
  }

  private async answer<T>(
    key: string,
    digest: string,
    perform: (keyed: KeyedRequest) => Promise<T>,
    recall: (subjectId: string) => Promise<T>,
  ): Promise<T> {
    const known = await this.store.find(key, this.since());
    if (!known) return perform({ key, digest });
    if (known.digest !== digest) throw new VmError("IDEMPOTENCY_KEY_REUSED");
    return recall(known.subjectId);
  }

  /**
   * Keys recorded before are forgotten. A clock that is set forward does not make them older: a machine
   * may start with a wrong one and be told the right time after its first answers.
   */
  private since(): string {
    const elapsedMs = this.clock.monotonicMs() - this.begunMonotonicMs;
    const nowMs = Math.min(this.clock.nowMs(), this.begunMs + elapsedMs);
    return new Date(nowMs - LIMITS.idempotencyKeepMs).toISOString();
  }
}

function assertKey(key: string): void {
  if (key.length <= LIMITS.idempotencyKeyCharsMax && /^[\x21-\x7e]+$/.test(key)) return;
  const message = `Idempotency-Key must be 1 to ${LIMITS.idempotencyKeyCharsMax} printable ASCII characters`;
  throw invalidField("Idempotency-Key", message);
}

/** Bodies are parsed and strict, so two with the same fields are the same request. */
function digestOf(route: string, body: unknown): string {
  return new Bun.CryptoHasher("sha256").update(`${route}\n${canonical(body)}`).digest("hex");
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
