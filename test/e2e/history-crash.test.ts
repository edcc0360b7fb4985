import { expect, test } from "bun:test";
import { crashHistories } from "./history-crash.ts";

/** The long form: VM_SYSTEM_HISTORY_CRASHES=200 scripts/test test/e2e/history-crash.test.ts */
const ROUNDS = Number(process.env.VM_SYSTEM_HISTORY_CRASHES ?? 8);

test(
  `${ROUNDS} kills in the midst of forking, rewinding, importing and folding leave every session whole`,
  async () => {
    expect(await crashHistories(ROUNDS)).toEqual([]);
  },
  60_000 + ROUNDS * 5_000,
);
