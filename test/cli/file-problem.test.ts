import { expect, test } from "bun:test";
import { lstat, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  assertWritable,
  readSessionFile,
  writeSessionFile,
} from "../../src/cli/session-file-io.ts";
import { tempFolder } from "../harness/temp-folder.ts";

test("what is wrong with a session file's path is said in words", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vm-system-test-"));
  try {
    const file = join(folder, "file");
    await writeFile(file, "x");
    const none = join(folder, "none");
    await expect(readSessionFile(none)).rejects.toThrow(
      `${none} cannot be read: there is no such file`,
    );
    await expect(readSessionFile(folder)).rejects.toThrow(
      `${folder} cannot be read: it is a folder`,
    );
    const below = join(file, "below");
    await expect(readSessionFile(below)).rejects.toThrow("a part of its path is no folder");
    const bytes = new Uint8Array(1);
    const deep = join(none, "deep");
    await expect(writeSessionFile(deep, bytes)).rejects.toThrow(
      `${deep} cannot be written: there is no such folder`,
    );
    await expect(writeSessionFile(folder, bytes)).rejects.toThrow("it is a folder");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a session file goes where a link leads, and into a pipe, and takes the place of neither", async () => {
  using folder = tempFolder();
  const [file, link, pipe] = [folder.join("file"), folder.join("link"), folder.join("pipe")];
  await writeFile(file, "old");
  await symlink(file, link);
  await assertWritable(link);
  await writeSessionFile(link, Buffer.from("new"));
  expect(await readFile(file, "utf8")).toBe("new");
  expect((await lstat(link)).isSymbolicLink()).toBe(true);

  Bun.spawnSync(["mkfifo", pipe]);
  await assertWritable(pipe);
  const reader = Bun.spawn(["cat", pipe], { stdout: "pipe" });
  await writeSessionFile(pipe, Buffer.from("bytes"));
  expect(await reader.stdout.text()).toBe("bytes");
  expect((await lstat(pipe)).isFIFO()).toBe(true);
});
