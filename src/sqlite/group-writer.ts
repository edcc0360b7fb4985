import type { Database } from "bun:sqlite";
import { VmError } from "../core/errors.ts";
import { failPoint } from "../core/fail-point.ts";
import { isInMemory } from "./database.ts";
import { isFull, syncFailure, writeFailure } from "./failure.ts";
import { FilesInPlace } from "./files-in-place.ts";
import type { LogDisk } from "./log-disk.ts";
import { LogRoom } from "./log-room.ts";
import type { Statements } from "./statements.ts";

interface Member {
  /** Of what it writes, where that is much. */
  readonly bytes: number;
  readonly apply: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Members of one transaction: enough to share its cost, few enough to keep its time short. */
const GROUP_MEMBERS_MAX = 128;

/**
 * Puts the writes that are ready at the same time into one transaction, so that they share the wait
 * for the disk. A member that fails is undone alone; its neighbours are kept.
 *
 * While one group is on its way to the disk the next one gathers. A reader may see what is on that
 * way; who wrote it is told when it has arrived.
 */
export class GroupWriter {
  private queue: Member[] = [];
  private scheduled = false;
  /** Committed, and not known to be on the disk. */
  private unsynced: Member[] = [];
  private syncing: Promise<void> | undefined;
  /** The last writes did not come one after another. */
  private crowded = false;
  private closed = false;
  private readonly room: LogRoom;
  private readonly files: FilesInPlace | undefined;
  private readonly sql;

  /** @param disk  Absent: a commit waits for the disk itself, or nobody waits for it. */
  constructor(
    private readonly db: Database,
    statements: Statements,
    private disk?: LogDisk,
  ) {
    if (disk) db.run("PRAGMA synchronous = NORMAL");
    this.sql = {
      begin: statements.prepare("BEGIN IMMEDIATE"),
      commit: statements.prepare("COMMIT"),
      rollback: statements.prepare("ROLLBACK"),
      savepoint: statements.prepare("SAVEPOINT member"),
      release: statements.prepare("RELEASE member"),
      rollbackMember: statements.prepare("ROLLBACK TO member"),
    };
    this.room = new LogRoom(db);
    this.files = isInMemory(db.filename) ? undefined : new FilesInPlace(db);
  }

  /**
   * @param apply  Runs statements inside the transaction. Waits for nothing, and may be called again
   *   when the group could not be committed as one.
   * @param bytes  Of what it writes, where that may be much.
   * @returns What `apply` returned. It is in the store, as durable as that is, when this resolves.
   * @throws VmError STORE_FULL, STORE_GONE, SHUTTING_DOWN, or what `apply` threw; nothing it wrote is kept, unless
   *   the disk itself refused it: then what is in the store may be gone after a power cut
   */
  write<T>(apply: () => T, bytes = 0): Promise<T> {
    if (this.closed) return Promise.reject(new VmError("SHUTTING_DOWN"));
    return new Promise((resolve, reject) => {
      let value: T;
      this.queue.push({
        bytes,
        apply: () => {
          value = apply();
        },
        resolve: () => resolve(value),
        reject: (error) => reject(writeFailure(error)),
      });
      if (!this.syncing) this.schedule();
    });
  }

  /** Commits everything that is queued, now. */
  flush(): void {
    this.scheduled = false;
    while (this.queue.length > 0) {
      const members = this.queue.splice(0, GROUP_MEMBERS_MAX);
      if (!this.areFilesInPlace(members)) continue;
      this.room.keep(
        members.length,
        members.reduce((sum, { bytes }) => sum + bytes, 0),
      );
      this.commit(members);
    }
    if (this.unsynced.length > 0 && !this.syncing) this.sync();
  }

  /** Commits what is queued, and resolves when all of it is as durable as it gets. Later writes are refused. */
  async close(): Promise<void> {
    this.closed = true;
    this.flush();
    while (this.syncing) await this.syncing;
    this.disk?.close();
  }

  /** False: the members have been told why not. */
  private areFilesInPlace(members: readonly Member[]): boolean {
    try {
      // What waits for the disk is there: beginning the log anew has brought the old one's content there.
      if (this.files?.check()) this.disk?.close();
      return true;
    } catch (error) {
      for (const member of members) member.reject(error);
      return false;
    }
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    // After the input that is waiting has been read: whoever it makes ready joins the group.
    setImmediate(() => this.flush());
  }

  private committed(member: Member): void {
    if (this.disk) this.unsynced.push(member);
    else member.resolve();
  }

  private sync(): void {
    const members = this.unsynced.splice(0);
    const isAlone = members.length === 1 && !this.crowded;
    this.crowded = members.length > 1;
    if (isAlone) this.syncNow(members);
    else this.syncing = this.syncMeanwhile(members);
  }

  private syncNow(members: readonly Member[]): void {
    try {
      this.disk?.syncNow();
    } catch (error) {
      this.refuse(members, error);
      return;
    }
    for (const member of members) member.resolve();
  }

  private async syncMeanwhile(members: readonly Member[]): Promise<void> {
    try {
      await this.disk?.sync();
      for (const member of members) member.resolve();
    } catch (error) {
      this.refuse(members, error);
    }
    this.syncing = undefined;
    this.crowded ||= this.queue.length > 0;
    if (this.queue.length > 0) this.schedule();
    if (this.unsynced.length > 0) this.sync();
  }

  /**
   * The disk did not take the log. Asked again it would say yes, for what it could not write counts as
   * written then: so from here on each commit waits for it inside SQLite. Nothing is known of what was
   * on its way; the next start tells.
   */
  private refuse(members: readonly Member[], error: unknown): void {
    this.disk?.close();
    this.disk = undefined;
    this.db.run("PRAGMA synchronous = FULL");
    for (const member of members) member.reject(syncFailure(error));
    for (const member of this.unsynced.splice(0)) member.reject(syncFailure(error));
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
      else this.committed(member);
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
    this.committed(member);
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
