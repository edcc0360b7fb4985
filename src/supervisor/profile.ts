import type { Job } from "../core/ports/runner.ts";
import type { WorkerProfile } from "../worker/protocol.ts";

/** What the job's guest may touch: decided by its grants alone, never by the guest. */
export function profileOf(job: Job): WorkerProfile {
  const { modules, fsReadOnly, netAllowed } = job.grants;
  if (modules.length === 0) return { kind: "bare" };
  const exec = modules.includes("exec");
  return {
    kind: "worktree",
    worktreePath: job.worktreePath,
    writable: !fsReadOnly,
    exec,
    tcp: exec && netAllowed,
  };
}

/** Equal for profiles that a worker may serve in turn. */
export function profileKey(profile: WorkerProfile): string {
  if (profile.kind === "bare") return "bare";
  const { worktreePath, writable, exec, tcp } = profile;
  return `${writable ? "w" : "r"}${exec ? "x" : "-"}${tcp ? "t" : "-"}:${worktreePath}`;
}

export function mayStartPrograms(profile: WorkerProfile | undefined): boolean {
  return profile?.kind === "worktree" && profile.exec;
}
