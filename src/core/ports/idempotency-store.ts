/** An idempotency key that was answered, and what it made. */
export interface IdempotencyRecord {
  readonly key: string;
  /** SHA-256 (hex) of the route and the body: the same key with another one is refused. */
  readonly digest: string;
  /** The execution or the session that the first request made; its answer is made from it again. */
  readonly subjectId: string;
  readonly createdAt: string;
}

export interface IdempotencyStore {
  /** Records made at or after `since`; older ones count as never seen. */
  find(key: string, since: string): Promise<IdempotencyRecord | undefined>;
  /** Drops records made before. */
  sweep(before: string): Promise<void>;
}
