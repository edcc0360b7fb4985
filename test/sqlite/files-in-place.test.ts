import { expect, test } from "bun:test";
import { copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import { aSession } from "../contract/store-suite.ts";
import { tempStore } from "./temp-store.ts";

for (const durability of ["full", "normal"] as const) {
  test(`a log that is removed under way costs nothing, durability ${durability}`, async () => {
    using temp = tempStore();
    using copy = tempStore();
    const store = temp.open({ durability });
    const before = aSession();
    await store.sessions.insert(before);
    rmSync(`${temp.path}-wal`);
    const after = [aSession(), aSession(), aSession()];
    await Promise.all(after.map((record) => store.sessions.insert(record)));
    await store.sessions.insert(aSession());
    // As a kill would leave it.
    for (const suffix of ["", "-wal"]) {
      copyFileSync(`${temp.path}${suffix}`, `${copy.path}${suffix}`);
    }
    await store.close();
    const found = copy.open();
    for (const record of [before, ...after]) {
      expect(await found.sessions.get(record.session.id)).toEqual(record);
    }
    await found.close();
  });
}

test("a database that is renamed, removed or replaced under way: nothing more is taken, until it is back", async () => {
  using temp = tempStore();
  const store = temp.open({ durability: "full" });
  const kept = aSession();
  await store.sessions.insert(kept);
  const aside = `${temp.path}.aside`;
  const refused = aSession();
  const refusal = {
    code: "STORE_GONE",
    message: `The file ${temp.path} is not the one that was opened: nothing of this request was kept`,
  };
  renameSync(temp.path, aside);
  await expect(store.sessions.insert(refused)).rejects.toMatchObject(refusal);
  copyFileSync(aside, temp.path);
  await expect(store.sessions.insert(refused)).rejects.toMatchObject(refusal);
  expect(await store.sessions.get(kept.session.id)).toEqual(kept);
  expect(await store.sessions.get(refused.session.id)).toBeUndefined();
  renameSync(aside, temp.path);
  await store.sessions.insert(refused);
  await store.close();
  const after = temp.open();
  for (const record of [kept, refused]) {
    expect(await after.sessions.get(record.session.id)).toEqual(record);
  }
  await after.close();
});

test("another log in place of the one that was opened is left alone", async () => {
  using temp = tempStore();
  const store = temp.open({ durability: "full" });
  await store.sessions.insert(aSession());
  const log = `${temp.path}-wal`;
  copyFileSync(log, `${log}.other`);
  renameSync(log, `${log}.aside`);
  renameSync(`${log}.other`, log);
  await expect(store.sessions.insert(aSession())).rejects.toMatchObject({
    code: "STORE_GONE",
    message: expect.stringContaining(`The file ${log} `),
  });
  expect(existsSync(log)).toBe(true);
  renameSync(`${log}.aside`, log);
  await store.sessions.insert(aSession());
  await store.close();
});
