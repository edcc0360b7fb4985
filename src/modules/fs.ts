import { closeSync, constants, type Stats } from "node:fs";
import { LIMITS } from "../core/limits.ts";
import {
  booleanOf,
  encodingOf,
  invalidArgument,
  invalidValue,
  isOptions,
  type Options,
  optionsOf,
  pathOf,
} from "./arguments.ts";
import { FileFailure } from "./file-failure.ts";
import { type FileTree, kindOf } from "./file-tree.ts";
import { fsError, guarded } from "./fs-error.ts";
import { copyFile, listFolder, makeFolders, removeAll, writeFile } from "./fs-operations.ts";
import {
  type GuestShape,
  type HostModule,
  type ModuleContext,
  ModuleError,
  type ModuleValue,
} from "./module.ts";
import { openTree } from "./open-tree.ts";
import { readRegular } from "./read-regular.ts";

/**
 * `require('fs')`: Node's names, shapes and errors, synchronous, on the worktree alone.
 *
 * Paths are relative to the worktree; absolute ones and all that leads outside are EACCES. FIFOs,
 * sockets and devices are EACCES too, and never waited for.
 */
export function createFsModule(context: ModuleContext): HostModule {
  return {
    name: "fs",
    functions: Object.keys(FUNCTIONS),
    call(fn, args) {
      if (!Object.hasOwn(FUNCTIONS, fn)) throw new ModuleError(`fs.${fn} is not a function`);
      return FUNCTIONS[fn]!(context, args);
    },
    dispose() {},
  };
}

type FsFunction = (context: ModuleContext, args: readonly ModuleValue[]) => ModuleValue;

const FUNCTIONS: Readonly<Record<string, FsFunction>> = {
  readFileSync(context, [file, options]) {
    const path = pathOf("path", file);
    const encoding = readEncoding(options);
    const bytes = onTree(context, "open", path, (tree) => {
      const fd = tree.open(path, constants.O_RDONLY);
      try {
        return readRegular(fd, Math.min(LIMITS.fileBytesMax, context.memoryBytesMax));
      } finally {
        closeSync(fd);
      }
    });
    return encoding === undefined ? new Uint8Array(bytes) : bytes.toString(encoding);
  },

  writeFileSync: (context, args) => write(context, args, "w"),

  appendFileSync: (context, args) => write(context, args, "a"),

  existsSync(context, [file]) {
    if (typeof file !== "string" && !(file instanceof Uint8Array)) return false;
    try {
      const path = pathOf("path", file);
      onTree(context, "access", path, (tree) => tree.stat(path, true));
      return true;
    } catch {
      return false;
    }
  },

  statSync: (context, args) => stat(context, args, "stat", true),

  lstatSync: (context, args) => stat(context, args, "lstat", false),

  readdirSync(context, [folder, options]) {
    const path = pathOf("path", folder);
    const asked = typeof options === "string" ? {} : optionsOf(options);
    const withFileTypes = booleanOf("options.withFileTypes", asked.withFileTypes, false);
    const recursive = booleanOf("options.recursive", asked.recursive, false);
    const entries = onTree(context, "scandir", path, (tree) =>
      listFolder(tree, path, recursive, () => assertTime(context, "scandir", path)),
    );
    if (!withFileTypes) return entries.map((entry) => entry.path);
    return entries.map(({ name, parent, kind }) => ({
      $shape: "dirent" satisfies GuestShape,
      name,
      parentPath: parent,
      kind,
    }));
  },

  mkdirSync(context, [folder, options]) {
    const path = pathOf("path", folder);
    const asked = isOptions(options) ? options : { mode: options };
    const mode = modeOf(asked.mode, 0o777);
    const recursive = booleanOf("options.recursive", asked.recursive, false);
    let first: string | undefined;
    onWritableTree(context, "mkdir", path, (tree) => {
      if (recursive) first = makeFolders(tree, path, mode);
      else tree.mkdir(path, mode);
    });
    return first;
  },

  rmSync(context, [file, options]) {
    const path = pathOf("path", file);
    const asked = optionsOf(options);
    const recursive = booleanOf("options.recursive", asked.recursive, false);
    const force = booleanOf("options.force", asked.force, false);
    try {
      onWritableTree(context, "rm", path, (tree) => {
        if (!recursive && tree.stat(path, false).isDirectory()) throw isFolder(path);
        removeAll(tree, path, () => assertTime(context, "rm", path));
      });
    } catch (error) {
      const missing = error instanceof ModuleError && error.properties.code === "ENOENT";
      if (!(force && missing)) throw error;
    }
    return undefined;
  },

  unlinkSync(context, [file]) {
    const path = pathOf("path", file);
    return onWritableTree(context, "unlink", path, (tree) => tree.unlink(path));
  },

  rmdirSync(context, [folder]) {
    const path = pathOf("path", folder);
    return onWritableTree(context, "rmdir", path, (tree) => tree.rmdir(path));
  },

  renameSync(context, [oldPath, newPath]) {
    const from = pathOf("oldPath", oldPath);
    const to = pathOf("newPath", newPath);
    return onWritableTree(context, "rename", from, (tree) => tree.rename(from, to), to);
  },

  copyFileSync(context, [src, dest, mode]) {
    const from = pathOf("src", src);
    const to = pathOf("dest", dest);
    const exclusive = (modeOf(mode, 0) & constants.COPYFILE_EXCL) !== 0;
    const check = () => assertTime(context, "copyfile", from);
    const copy = (tree: FileTree) => copyFile(tree, from, to, exclusive, check);
    return onWritableTree(context, "copyfile", from, copy, to);
  },
};

function onTree<T>(
  context: ModuleContext,
  syscall: string,
  path: string,
  call: (tree: FileTree) => T,
  dest?: string,
): T {
  const run = () => {
    if (path === "" || dest === "") throw new FileFailure("ENOENT");
    using tree = openTree(context.worktreePath);
    return call(tree);
  };
  return guarded(syscall, path, run, dest);
}

function onWritableTree(
  context: ModuleContext,
  syscall: string,
  path: string,
  call: (tree: FileTree) => unknown,
  dest?: string,
): undefined {
  if (context.readOnly) throw fsError("EROFS", syscall, path, dest);
  onTree(context, syscall, path, call, dest);
}

/** Long walks end with the execution's time instead of by force. */
function assertTime(context: ModuleContext, syscall: string, path: string): void {
  if (context.remainingMs() <= 0) throw fsError("ETIMEDOUT", syscall, path);
}

/** Undefined: bytes. Without a second argument, text. */
function readEncoding(options: ModuleValue): BufferEncoding | undefined {
  if (options === undefined) return "utf8";
  const encoding = isOptions(options) ? options.encoding : options;
  if (isOptions(options) && encoding === undefined) return "utf8";
  return encoding === null || encoding === "buffer" ? undefined : encodingOf(encoding);
}

function write(
  context: ModuleContext,
  [file, data, options]: readonly ModuleValue[],
  defaultFlag: "w" | "a",
): undefined {
  const path = pathOf("path", file);
  const asked = isOptions(options) ? options : { encoding: options };
  const bytes = bytesOf(data, asked);
  const flags = flagsOf(asked.flag ?? defaultFlag);
  const mode = modeOf(asked.mode, 0o666);
  onWritableTree(context, "open", path, (tree) => writeFile(tree, path, bytes, flags, mode));
  return undefined;
}

function bytesOf(data: ModuleValue, { encoding }: Options): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data !== "string") {
    throw invalidArgument("data", "of type string or an instance of Uint8Array", data);
  }
  const isDefault = encoding === undefined || encoding === null;
  return Buffer.from(data, isDefault ? "utf8" : encodingOf(encoding));
}

const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_EXCL } = constants;

const FLAGS: ReadonlyMap<ModuleValue, number> = new Map([
  ["w", O_WRONLY | O_CREAT | O_TRUNC],
  ["wx", O_WRONLY | O_CREAT | O_TRUNC | O_EXCL],
  ["w+", O_RDWR | O_CREAT | O_TRUNC],
  ["wx+", O_RDWR | O_CREAT | O_TRUNC | O_EXCL],
  ["a", O_WRONLY | O_CREAT | O_APPEND],
  ["ax", O_WRONLY | O_CREAT | O_APPEND | O_EXCL],
  ["a+", O_RDWR | O_CREAT | O_APPEND],
  ["ax+", O_RDWR | O_CREAT | O_APPEND | O_EXCL],
  ["r+", O_RDWR],
]);

function flagsOf(value: ModuleValue): number {
  const flags = FLAGS.get(value);
  if (flags === undefined) throw invalidValue("flags", "is invalid", value);
  return flags;
}

function modeOf(value: ModuleValue, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  const mode =
    typeof value === "string" && /^[0-7]+$/.test(value) ? Number.parseInt(value, 8) : value;
  if (typeof mode === "number" && Number.isInteger(mode) && mode >= 0 && mode <= 0o7777) {
    return mode & 0o777;
  }
  throw invalidValue("mode", "must be a permission of 0 to 0o777", value);
}

function stat(
  context: ModuleContext,
  [file, options]: readonly ModuleValue[],
  syscall: string,
  follow: boolean,
): ModuleValue {
  const path = pathOf("path", file);
  const asked = optionsOf(options);
  if (booleanOf("options.bigint", asked.bigint, false)) {
    throw invalidValue("options.bigint", "must be false here", true);
  }
  const throwIfNoEntry = booleanOf("options.throwIfNoEntry", asked.throwIfNoEntry, true);
  try {
    return onTree(context, syscall, path, (tree) => shapeOf(tree.stat(path, follow)));
  } catch (error) {
    const missing = error instanceof ModuleError && error.properties.code === "ENOENT";
    if (missing && !throwIfNoEntry) return undefined;
    throw error;
  }
}

/** Node's Stats as data. */
function shapeOf(stats: Stats): ModuleValue {
  const { dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks } = stats;
  const { atimeMs, mtimeMs, ctimeMs, birthtimeMs } = stats;
  const times = { atimeMs, mtimeMs, ctimeMs, birthtimeMs };
  const numbers = { dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks };
  return { $shape: "stats" satisfies GuestShape, kind: kindOf(stats), ...numbers, ...times };
}

const isFolder = (path: string) =>
  new ModuleError(`Path is a directory: rm returned EISDIR (is a directory) ${path}`, {
    code: "ERR_FS_EISDIR",
    errno: 21,
    syscall: "rm",
    path,
  });
