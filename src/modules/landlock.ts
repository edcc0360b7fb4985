import { closeSync, constants, openSync } from "node:fs";
import { openFolder } from "./beneath-tree.ts";
import { address, O_CLOEXEC, syscall } from "./libc.ts";
import type { WorkerProfile } from "./profile.ts";

/** https://docs.kernel.org/userspace-api/landlock.html; the numbers are the same everywhere. */
const SYS_CREATE_RULESET = 444;
const SYS_ADD_RULE = 445;
const SYS_RESTRICT_SELF = 446;
const CREATE_RULESET_VERSION = 1;
const RULE_PATH_BENEATH = 1;
/** ABI 8: all threads of the process at once. */
const RESTRICT_SELF_TSYNC = 1 << 3;
const O_PATH = 0o10000000;

const FS = {
  execute: 1 << 0,
  writeFile: 1 << 1,
  readFile: 1 << 2,
  readDir: 1 << 3,
  removeDir: 1 << 4,
  removeFile: 1 << 5,
  makeDir: 1 << 7,
  makeReg: 1 << 8,
  makeSock: 1 << 9,
  makeFifo: 1 << 10,
  makeSym: 1 << 12,
  /** ABI 2: renaming from one folder to another. */
  refer: 1 << 13,
  /** ABI 3. */
  truncate: 1 << 14,
} as const;

/** Everything that an ABI level can handle is handled, so that what no rule allows is denied. */
const HANDLED_FS_BITS = [0, 13, 14, 15, 15, 16] as const;
const NET_TCP_BIND_AND_CONNECT = 3n;
const SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3n;

const READ = FS.readFile | FS.readDir;
const WRITE =
  FS.writeFile |
  FS.removeDir |
  FS.removeFile |
  FS.makeDir |
  FS.makeReg |
  FS.makeSym |
  FS.makeSock |
  FS.makeFifo |
  FS.refer |
  FS.truncate;
const FILE_ONLY = FS.execute | FS.writeFile | FS.readFile | FS.truncate;

/** What programs need to be loaded and run. */
const SYSTEM_FOLDERS = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store"];
const SYSTEM_FILES = [
  "/etc/ld.so.cache",
  "/etc/localtime",
  "/etc/gitconfig",
  // Node refuses to start where it cannot read these.
  "/etc/ssl/openssl.cnf",
  "/etc/pki/tls/openssl.cnf",
];
const SYSTEM_DEVICES = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];
/** What reaching a server by name and certificate needs. */
const NETWORK_FILES = ["/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf"];
const NETWORK_FOLDERS = ["/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/ca-certificates"];

/** The level that the kernel offers; 0: none. */
export function landlockAbi(): number {
  return Math.max(0, syscall(SYS_CREATE_RULESET, 0, 0, CREATE_RULESET_VERSION));
}

/**
 * Restricts this thread and what it starts to the profile. False: the kernel has no Landlock.
 * Needs no privilege but NO_NEW_PRIVS.
 *
 * @throws Error when the kernel offers it and it fails all the same: to go on would be a lie.
 */
export function landlock(profile: WorkerProfile): boolean {
  const abi = landlockAbi();
  if (abi === 0) return false;
  const handledFs = 2 ** (HANDLED_FS_BITS[Math.min(abi, HANDLED_FS_BITS.length - 1)] ?? 13) - 1;
  const tcp = profile.kind === "worktree" && profile.tcp;
  const attributes = new BigUint64Array([
    BigInt(handledFs),
    abi >= 4 && !tcp ? NET_TCP_BIND_AND_CONNECT : 0n,
    abi >= 6 ? SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS : 0n,
  ]);
  const bytes = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  const ruleset = assertDone(syscall(SYS_CREATE_RULESET, address(attributes), bytes, 0));
  try {
    if (profile.kind === "worktree") allowWorktree(ruleset, profile, handledFs);
    assertDone(syscall(SYS_RESTRICT_SELF, ruleset, abi >= 8 ? RESTRICT_SELF_TSYNC : 0));
  } finally {
    closeSync(ruleset);
  }
  return true;
}

function allowWorktree(
  ruleset: number,
  profile: WorkerProfile & { kind: "worktree" },
  handledFs: number,
): void {
  const allow = (path: string, access: number) => allowPath(ruleset, path, access & handledFs);
  const run = profile.exec ? FS.execute : 0;
  const worktree = openWorktree(profile.worktreePath);
  try {
    allowOpened(ruleset, worktree, (READ | run | (profile.writable ? WRITE : 0)) & handledFs);
  } finally {
    closeSync(worktree);
  }
  if (!profile.exec) return;
  for (const path of SYSTEM_FOLDERS) allow(path, READ | FS.execute);
  for (const path of SYSTEM_FILES) allow(path, FS.readFile);
  for (const path of SYSTEM_DEVICES) allow(path, FS.readFile | FS.writeFile | FS.truncate);
  if (!profile.tcp) return;
  for (const path of NETWORK_FILES) allow(path, FS.readFile);
  for (const path of NETWORK_FOLDERS) allow(path, READ);
}

function openWorktree(path: string): number {
  try {
    return openFolder(path);
  } catch (cause) {
    throw new Error("the worktree cannot be opened", { cause });
  }
}

/** Nothing, where there is nothing of that name on this machine. */
function allowPath(ruleset: number, path: string, access: number): void {
  let fd: number;
  try {
    fd = openSync(path, O_PATH | O_CLOEXEC);
  } catch {
    return;
  }
  try {
    allowOpened(ruleset, fd, isFolder(path) ? access : access & FILE_ONLY);
  } finally {
    closeSync(fd);
  }
}

function allowOpened(ruleset: number, fd: number, access: number): void {
  const rule = new DataView(new ArrayBuffer(12));
  rule.setBigUint64(0, BigInt(access), true);
  rule.setInt32(8, fd, true);
  const bytes = new Uint8Array(rule.buffer);
  assertDone(syscall(SYS_ADD_RULE, ruleset, RULE_PATH_BENEATH, address(bytes), 0));
}

function isFolder(path: string): boolean {
  try {
    closeSync(openSync(path, O_PATH | O_CLOEXEC | constants.O_DIRECTORY));
    return true;
  } catch {
    return false;
  }
}

function assertDone(result: number): number {
  if (result < 0) throw new Error("Landlock refused the worker's profile");
  return result;
}
