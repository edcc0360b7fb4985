import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  readSync,
  type Stats,
  writeSync,
} from "node:fs";
import { LIMITS } from "../core/limits.ts";
import { FileFailure } from "./file-failure.ts";
import { assertRelative, type FileTree, kindOf, splitEntry, type TreeEntry } from "./file-tree.ts";

/** What several calls on a tree make together. All throw FileFailure; each call is confined by itself. */

const CHUNK_BYTES = 1024 * 1024;

/** @param flags Of open(2), without O_TRUNC taking effect before the file is known to be regular. */
export function writeFile(
  tree: FileTree,
  path: string,
  bytes: Uint8Array,
  flags: number,
  mode: number,
): void {
  const fd = openRegular(tree, path, flags, mode);
  try {
    const before = (flags & constants.O_APPEND) === 0 ? 0 : fstatSync(fd).size;
    if (before + bytes.length > LIMITS.writtenFileBytesMax) throw new FileFailure("EFBIG");
    writeAll(fd, bytes, bytes.length);
  } finally {
    closeSync(fd);
  }
}

function openRegular(tree: FileTree, path: string, flags: number, mode: number): number {
  const fd = tree.open(path, flags & ~constants.O_TRUNC, mode);
  try {
    const stats = fstatSync(fd);
    if (stats.isDirectory()) throw new FileFailure("EISDIR");
    if (!stats.isFile()) throw new FileFailure("EACCES");
    if ((flags & constants.O_TRUNC) !== 0) ftruncateSync(fd, 0);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function writeAll(fd: number, bytes: Uint8Array, length: number): void {
  for (let at = 0; at < length; ) at += writeSync(fd, bytes, at, length - at);
}

/** @param assertTime Called between chunks; throws when the execution's time is up. */
export function copyFile(
  tree: FileTree,
  from: string,
  to: string,
  exclusive: boolean,
  assertTime: () => void,
): void {
  const source = openRegular(tree, from, constants.O_RDONLY, 0);
  try {
    const stats = fstatSync(source);
    const create = constants.O_WRONLY | constants.O_CREAT | (exclusive ? constants.O_EXCL : 0);
    const target = openRegular(tree, to, create, stats.mode & 0o777);
    try {
      if (!sameFile(stats, fstatSync(target))) copyBytes(source, target, stats.mode, assertTime);
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

const sameFile = (a: Stats, b: Stats) => a.ino === b.ino && a.dev === b.dev;

function copyBytes(source: number, target: number, mode: number, assertTime: () => void): void {
  ftruncateSync(target, 0);
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let total = 0; ; ) {
    assertTime();
    const read = readSync(source, buffer, 0, buffer.length, null);
    if (read === 0) break;
    total += read;
    if (total > LIMITS.writtenFileBytesMax) throw new FileFailure("EFBIG");
    writeAll(target, buffer, read);
  }
  fchmodSync(target, mode & 0o777);
}

/** Makes every missing folder of `path`. @returns The first one made; undefined when all were there. */
export function makeFolders(tree: FileTree, path: string, mode: number): string | undefined {
  assertRelative(path);
  const components = path.split("/").filter((component) => component !== "" && component !== ".");
  let first: string | undefined;
  for (let count = 1; count <= components.length; count += 1) {
    const folder = components.slice(0, count).join("/");
    if (components[count - 1] === "..") {
      // Nothing to make; it may lead outside, though.
      tree.stat(folder, true);
      continue;
    }
    if (makeFolder(tree, folder, mode)) first ??= folder;
  }
  return first;
}

/** False: it is there already. @throws FileFailure EEXIST when it is no folder */
function makeFolder(tree: FileTree, path: string, mode: number): boolean {
  try {
    tree.mkdir(path, mode);
    return true;
  } catch (error) {
    const isThere = error instanceof FileFailure && error.code === "EEXIST";
    if (!isThere) throw error;
    if (!tree.stat(path, true).isDirectory()) throw error;
    return false;
  }
}

/** Removes a file, a link, or a folder with all that is in it; links are never followed. */
export function removeAll(tree: FileTree, path: string, assertTime: () => void): void {
  assertTime();
  // Before anything is removed: `a/..` is no entry of its own.
  splitEntry(path);
  if (kindOf(tree.stat(path, false)) !== "directory") {
    tree.unlink(path);
    return;
  }
  for (const entry of tree.list(path)) {
    const child = `${path}/${entry.name}`;
    if (entry.kind === "directory") removeAll(tree, child, assertTime);
    else tree.unlink(child);
  }
  tree.rmdir(path);
}

export interface ListedEntry extends TreeEntry {
  /** Relative to the folder that was listed. */
  readonly path: string;
  readonly parent: string;
}

/** Entries by name; with `recursive`, those of folders beneath too. @throws FileFailure EFBIG */
export function listFolder(
  tree: FileTree,
  folder: string,
  recursive: boolean,
  assertTime: () => void,
): ListedEntry[] {
  const entries: ListedEntry[] = [];
  const todo = [""];
  for (let prefix = todo.shift(); prefix !== undefined; prefix = todo.shift()) {
    assertTime();
    const parent = prefix === "" ? folder : `${folder}/${prefix}`;
    const listed = tree.list(parent).sort((a, b) => (a.name < b.name ? -1 : 1));
    if (entries.length + listed.length > LIMITS.folderEntriesMax) throw new FileFailure("EFBIG");
    for (const entry of listed) {
      const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
      entries.push({ ...entry, path, parent });
      if (recursive && entry.kind === "directory") todo.push(path);
    }
  }
  return entries;
}
