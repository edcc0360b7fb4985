import { constants } from "node:os";
import { LIMITS } from "../core/limits.ts";
import { FileFailure } from "./file-failure.ts";
import { ModuleError } from "./module.ts";

/** The system's texts as Node words them; another code's text is the code itself. */
const TEXTS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EBUSY: "resource busy or locked",
  EDQUOT: "disk quota exceeded",
  EEXIST: "file already exists",
  EFBIG: "file too large",
  EINVAL: "invalid argument",
  EIO: "i/o error",
  EISDIR: "illegal operation on a directory",
  ELOOP: "too many symbolic links encountered",
  EMFILE: "too many open files",
  EMLINK: "too many links",
  ENAMETOOLONG: "name too long",
  ENFILE: "file table overflow",
  ENOENT: "no such file or directory",
  ENOSPC: "no space left on device",
  ENOTDIR: "not a directory",
  ENOTEMPTY: "directory not empty",
  ENXIO: "no such device or address",
  EPERM: "operation not permitted",
  EROFS: "read-only file system",
  ETXTBSY: "text file is busy",
  EXDEV: "cross-device link not permitted",
};

/** What a guest sees of a failed call; paths are the ones it gave itself. */
export function fsError(code: string, syscall: string, from?: string, to?: string): ModuleError {
  const path = from === undefined ? undefined : told(from);
  const dest = to === undefined ? undefined : told(to);
  const names = path === undefined ? "" : ` '${path}'${dest === undefined ? "" : ` -> '${dest}'`}`;
  const errno = (constants.errno as Readonly<Record<string, number>>)[code];
  return new ModuleError(`${code}: ${TEXTS[code] ?? code}, ${syscall}${names}`, {
    ...(errno === undefined ? {} : { errno: -errno }),
    code,
    syscall,
    ...(path === undefined ? {} : { path }),
    ...(dest === undefined ? {} : { dest }),
  });
}

/** No system has a path that long, and an error holds it several times. */
const told = (path: string): string =>
  path.length > LIMITS.pathBytesMax ? `${path.slice(0, LIMITS.pathBytesMax)}…` : path;

/** Runs a file operation; what the system refuses becomes the guest's error. */
export function guarded<T>(syscall: string, path: string, call: () => T, dest?: string): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof ModuleError) throw error;
    const code = error instanceof FileFailure ? error.code : systemCode(error);
    if (code === undefined) throw error;
    throw fsError(code, syscall, path, dest);
  }
}

function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
