import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** Text that no answer, event or log may ever hold. */
export const FORBIDDEN_TEXT = `outside-${crypto.randomUUID()}`;

/** Places where a program that got out would leave something. */
const ELSEWHERE = ["/tmp/vm-system-hostile", "/dev/shm/vm-system-hostile"];

/** The folder beside the worktrees that no program may read or change. */
export class Outside {
  readonly path: string;
  private seen: string;

  constructor(private readonly root: string) {
    this.path = join(root, "outside");
    mkdirSync(join(this.path, "folder"), { recursive: true });
    writeFileSync(join(this.path, "secret.txt"), FORBIDDEN_TEXT, { mode: 0o640 });
    const evil = `globalThis.outside = "${FORBIDDEN_TEXT}"; module.exports = "outside";`;
    writeFileSync(join(this.path, "evil.js"), evil);
    this.seen = this.snapshot();
  }

  /** What has changed since the last look: undefined, or both states. */
  change(): string | undefined {
    const now = this.snapshot();
    if (now === this.seen) return undefined;
    const change = `outside the worktree, before:\n${this.seen}\nnow:\n${now}`;
    this.seen = now;
    return change;
  }

  private snapshot(): string {
    const beside = readdirSync(this.root).filter((name) => !/^(vm\.db|worktree-)/.test(name));
    const elsewhere = ELSEWHERE.filter((path) => lstatSync(path, { throwIfNoEntry: false }));
    return [...beside, ...elsewhere, ...describe(this.path)].join("\n");
  }
}

function describe(path: string): string[] {
  const stats = lstatSync(path);
  const owner = `${stats.mode.toString(8)} ${stats.uid}:${stats.gid}`;
  const line = (content: string) => `${path} ${owner} ${stats.mtimeMs} ${stats.nlink} ${content}`;
  if (stats.isSymbolicLink()) return [line(readlinkSync(path))];
  if (stats.isDirectory()) {
    const below = readdirSync(path)
      .sort()
      .flatMap((name) => describe(join(path, name)));
    return [line("folder"), ...below];
  }
  if (!stats.isFile()) return [line("special")];
  return [line(createHash("sha256").update(readFileSync(path)).digest("hex"))];
}
