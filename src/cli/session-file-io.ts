import { randomUUID } from "node:crypto";
import {
  access,
  constants,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { LIMITS } from "../core/limits.ts";
import { fileProblem } from "./file-problem.ts";
import { readStdinBytes } from "./stdin.ts";
import { UsageError } from "./usage-error.ts";

/** A session file from stdin. @throws UsageError when it cannot be one */
export const readSessionStdin = (): Promise<Uint8Array> =>
  readStdinBytes(LIMITS.sessionFileBytesMax, tooLarge("stdin"));

const tooLarge = (name: string) =>
  new UsageError(`${name} has more than the ${LIMITS.sessionFileBytesMax} bytes of a session file`);

/** A session file. @throws UsageError when there is none, or it cannot be one */
export async function readSessionFile(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > LIMITS.sessionFileBytesMax) throw tooLarge(path);
    return await readFile(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} cannot be read: ${fileProblem(error, "read")}`);
  }
}

/**
 * Before a session is made that is to be written there: what it computes would be lost.
 *
 * @throws UsageError as `writeSessionFile`
 */
export async function assertWritable(path: string): Promise<void> {
  if (path === "-") {
    throw new UsageError("- is no file, and stdout is what the code prints", "Name one, as ./-.");
  }
  let temporary: string | undefined;
  try {
    const target = await targetOf(path);
    if (target.isDevice) return await access(path, constants.W_OK);
    temporary = temporaryOf(target.path);
    await writeFile(temporary, "", { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw notWritten(path, error);
  } finally {
    if (temporary !== undefined) await rm(temporary, { force: true });
  }
}

/**
 * Writes it whole or not at all, for its owner's eyes: it holds whatever the session does.
 *
 * @throws UsageError
 */
export async function writeSessionFile(path: string, file: Uint8Array): Promise<void> {
  let temporary: string | undefined;
  try {
    const target = await targetOf(path);
    if (target.isDevice) return await writeFile(path, file);
    temporary = temporaryOf(target.path);
    await writeFile(temporary, file, { mode: 0o600, flag: "wx" });
    await rename(temporary, target.path);
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { force: true });
    throw notWritten(path, error);
  }
}

/**
 * What a file takes the place of: where a link leads, so that the link stays. A device or a pipe is
 * written to: in its place a file would be found by all who use it, `/dev/null` for one.
 *
 * @throws UsageError for a folder
 */
async function targetOf(path: string): Promise<{ path: string; isDevice: boolean }> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return { path, isDevice: false };
  if (found.isDirectory()) throw new UsageError(`${path} cannot be written: it is a folder`);
  if (!found.isFile()) return { path, isDevice: true };
  return { path: await realpath(path), isDevice: false };
}

const temporaryOf = (path: string) => `${path}.${randomUUID()}.tmp`;

const notWritten = (path: string, error: unknown) =>
  error instanceof UsageError
    ? error
    : new UsageError(`${path} cannot be written: ${fileProblem(error, "written")}`);
