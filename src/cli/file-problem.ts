const READING: Record<string, string> = {
  ENOENT: "there is no such file",
};

const WRITING: Record<string, string> = {
  ENOENT: "there is no such folder",
  EBUSY: "it is in use, or a folder",
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
};

const BOTH: Record<string, string> = {
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  EACCES: "it is not permitted",
  EPERM: "it is not permitted",
};

/** Why a file that the user named cannot be read or written, in words where they are known. */
export function fileProblem(error: unknown, what: "read" | "written"): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) return String(error);
  return (what === "read" ? READING : WRITING)[code] ?? BOTH[code] ?? code;
}
