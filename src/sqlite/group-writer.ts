import type { Database } from "bun:sqlite";
import { failPoint } from "../core/fail-point.ts";
import { isFull, writeFailure } from "./failure.ts";
import { LogRoom } from "./log-room.ts";
import type { Statements } from "./statements.ts";

interface Member {
  readonly apply: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Members of one transaction: enough to share its cost, few enough to keep its time short. */
const GROUP_MEMBERS_MAX = 128;

/**
 * Puts the writes that are ready at the same time into one transaction, so that they share the wait
 * for the disk. A member that fails is undone alone; its neighbours are kept.
 */
export class GroupWriter {
  private queue: Member[] = [];
  private scheduled = false;
  private readonly room: LogRoom;
  private readonly sql;

  constructor(
    private readonly db: Database,
    statements: Statements,
  ) {
    this.sql = {
      begin: statements.prepare("BEGIN IMMEDIATE"),
      commit: statements.prepare("COMMIT"),
      rollback: statements.prepare("ROLLBACK"),
      savepoint: statements.prepare("SAVEPOINT member"),
      release: statements.prepare("RELEASE member"),
      rollbackMember: statements.prepare("ROLLBACK TO member"),
    };
    this.room = new LogRoom(db, statements);
  }

  /**
   * @param apply  Runs statements inside the transaction. Waits for nothing, and may be called again
   *   when the group could not be committed as one.
   * @returns What `apply` returned. It is in the store, as durable as that is, when this resolves.
   * @throws VmError STORE_FULL, or what `apply` threw; nothing it wrote is kept
   */
  write<T>(apply: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let value: T;
      this.queue.push({
        apply: () => {
          value = apply();
        },
        resolve: () => resolve(value),
        reject: (error) => reject(writeFailure(error)),
      });
      if (this.scheduled) return;
      this.scheduled = true;
      // After the input that is waiting has been read: whoever it makes ready joins the group.
      setImmediate(() => this.flush());
    });
  }

  /** Writes everything that is queued, now. */
  flush(): void {
    this.scheduled = false;
    while (this.queue.length > 0) {
      this.room.keep();
      this.commit(this.queue.splice(0, GROUP_MEMBERS_MAX));
    }
  }

  private commit(members: readonly Member[]): void {
    const [first] = members;
    if (first && members.length === 1) {
      this.commitOne(first);
      return;
    }
    const failures = new Map<Member, unknown>();
    try {
      this.sql.begin.run();
      failPoint("group.begun");
      for (const member of members) this.applyWithin(member, failures);
      this.sql.commit.run();
    } catch {
      // The transaction itself is lost. One by one, each gets what it can get.
      this.rollback();
      for (const member of members) this.commitOne(member);
      return;
    }
    failPoint("group.committed");
    for (const member of members) {
      if (failures.has(member)) member.reject(failures.get(member));
      else member.resolve();
    }
  }

  private applyWithin(member: Member, failures: Map<Member, unknown>): void {
    this.sql.savepoint.run();
    try {
      member.apply();
      failPoint("group.applied");
    } catch (error) {
      if (!this.db.inTransaction) throw error; // SQLite has undone all of it, as for a full disk.
      failures.set(member, error);
      this.sql.rollbackMember.run();
    }
    this.sql.release.run();
  }

  private commitOne(member: Member): void {
    try {
      this.applyAlone(member);
    } catch (error) {
      this.room.tight = isFull(error);
      member.reject(error);
      return;
    }
    failPoint("group.committed");
    this.room.tight = false;
    member.resolve();
  }

  private applyAlone(member: Member): void {
    try {
      this.sql.begin.run();
      failPoint("group.begun");
      member.apply();
      failPoint("group.applied");
      this.sql.commit.run();
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  private rollback(): void {
    if (this.db.inTransaction) this.sql.rollback.run();
  }
}
