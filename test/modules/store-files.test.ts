import { expect, test } from "bun:test";
import {
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { BeneathTree, kernelKeepsBeneath } from "../../src/modules/beneath-tree.ts";
import { CheckedTree } from "../../src/modules/checked-tree.ts";
import { FileFailure } from "../../src/modules/file-failure.ts";
import type { FileTree } from "../../src/modules/file-tree.ts";
import { GuardedTree } from "../../src/modules/guarded-tree.ts";
import { keepFromGuests } from "../../src/modules/store-files.ts";
import { TempFolder } from "./temp-folder.ts";

const TREES: [string, (path: string) => FileTree][] = [
  ["checked", (path) => new CheckedTree(path)],
];
if (kernelKeepsBeneath()) TREES.push(["beneath", (path) => new BeneathTree(path)]);

const codeOf = (call: () => unknown): string => {
  try {
    call();
    return "";
  } catch (error) {
    if (error instanceof FileFailure) return error.code;
    throw error;
  }
};

test.each(TREES)("the daemon's database in a worktree is out of reach (%s)", (_, open) => {
  using folder = new TempFolder();
  mkdirSync(folder.at("data"));
  mkdirSync(folder.at("other"));
  for (const name of ["data/a.db", "data/a.db-lock", "data/a.db.js", "other/a.db"]) {
    writeFileSync(folder.at(name), "text");
  }
  symlinkSync("a.db-lock", folder.at("data/link"));
  symlinkSync("data", folder.at("folder"));
  symlinkSync("data/a.db", folder.at("linked.db"));
  keepFromGuests(folder.at("linked.db"));
  expect(codeOf(() => open(folder.path).open("linked.db-lock", constants.O_RDONLY))).toBe("ENOENT");
  using tree = new GuardedTree(open(folder.path));

  for (const path of [
    "data/a.db",
    "data/./A.DB",
    "folder/a.db-lock",
    "data/link",
    "data/a.db-wal",
    "linked.db-lock",
  ]) {
    const flags = constants.O_RDWR | constants.O_CREAT;
    expect([path, codeOf(() => tree.open(path, flags, 0o600))]).toEqual([path, "EACCES"]);
    expect([path, codeOf(() => tree.stat(path, true))]).toEqual([path, "EACCES"]);
  }
  for (const path of ["data/a.db", "folder/a.db-lock", "data/a.db-journal"]) {
    expect([path, codeOf(() => tree.unlink(path))]).toEqual([path, "EACCES"]);
    expect([path, codeOf(() => tree.rename(path, "x"))]).toEqual([path, "EACCES"]);
    expect([path, codeOf(() => tree.rename("other/a.db", path))]).toEqual([path, "EACCES"]);
    expect([path, codeOf(() => tree.mkdir(path, 0o700))]).toEqual([path, "EACCES"]);
  }
  expect(existsSync(folder.at("data/a.db-wal"))).toBe(false);
  expect(readFileSync(folder.at("data/a.db"), "utf8")).toBe("text");

  for (const path of ["data/a.db.js", "other/a.db", "data", ".", "data/.."]) {
    expect([path, codeOf(() => tree.stat(path, true))]).toEqual([path, ""]);
  }
  expect(codeOf(() => tree.unlink("data/link"))).toBe("");
});

test.each(TREES)("nor is it when a folder above it gets another name (%s)", (_, open) => {
  using folder = new TempFolder();
  mkdirSync(folder.at("above/data"), { recursive: true });
  writeFileSync(folder.at("above/data/b.db"), "text");
  symlinkSync("above", folder.at("way"));
  symlinkSync("way/data", folder.at("data"));
  keepFromGuests(folder.at("data/b.db"));
  using tree = new GuardedTree(open(folder.path));

  for (const path of ["above", "above/data", "way", "data", "data/../../way"]) {
    expect([path, codeOf(() => tree.rename(path, "moved"))]).toEqual([path, "EACCES"]);
  }
  for (const path of ["way", "data"]) {
    expect([path, codeOf(() => tree.unlink(path))]).toEqual([path, "EACCES"]);
  }
  writeFileSync(folder.at("above/other"), "text");
  expect(codeOf(() => tree.rename("above/other", "way/data/other"))).toBe("");
  expect(codeOf(() => tree.unlink("data/other"))).toBe("");

  // Somebody else does it.
  renameSync(folder.at("above"), folder.at("moved"));
  for (const path of ["moved/data/b.db", "moved/data/b.db-wal"]) {
    expect([path, codeOf(() => tree.open(path, constants.O_RDWR | constants.O_CREAT))]).toEqual([
      path,
      "EACCES",
    ]);
  }
});
