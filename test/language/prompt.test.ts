import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Daemon, type ExecutionBody, makeSession, repl } from "../harness/binary.ts";
import { tempFolder } from "../harness/temp-folder.ts";
import { type Answer, answerOf, askNode, inputsOf } from "./answers.ts";
import { DIFFERENCES } from "./differences.ts";
import { type Code, SNIPPETS } from "./snippets.ts";

/** Node itself says what is right; without it there is nothing to compare with. */
const node = Bun.which("node");

const CODES = Object.values(SNIPPETS).flat();
const nameOf = (code: Code): string => inputsOf(code).join(" ⏎ ");

/** Sessions that are asked at the same time. */
const AT_ONCE = 4;

/** Each snippet in a session of its own. */
async function askSessions(codes: readonly Code[]): Promise<Answer[]> {
  using folder = tempFolder();
  await using daemon = await Daemon.start({
    db: `${folder.path}/vm.db`,
    args: ["--durability", "normal"],
  });
  const { templateId } = await makeSession(daemon, folder.path);
  const body = {
    template_id: templateId,
    workspace_id: "w",
    base_commit_oid: "0",
    worktree_path: folder.path,
  };
  const answers: Answer[] = [];
  const ask = async (index: number) => {
    const session = await daemon.json<{ id: string }>("POST", "/sessions", body);
    let last: ExecutionBody | undefined;
    for (const input of inputsOf(codes[index]!)) {
      last = (await repl(daemon, session.body.id, input)).body;
    }
    answers[index] = answerOf(last!);
  };
  const indexes = codes.keys();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const index of indexes) await ask(index);
    }),
  );
  return answers;
}

describe.skipIf(!node)("a snippet does in a session what it does at Node's prompt", () => {
  let expected: Answer[] = [];
  let actual: Answer[] = [];
  beforeAll(async () => {
    [expected, actual] = await Promise.all([askNode(node!, CODES), askSessions(CODES)]);
  }, 60_000);

  const differences = new Map(Object.values(DIFFERENCES).flatMap(Object.entries));
  afterAll(() => expect([...differences.keys()]).toEqual([]));

  for (const [index, code] of CODES.entries()) {
    const name = nameOf(code);
    const difference = differences.get(name) as Partial<Answer> | undefined;
    test(difference ? `${name} (but for what is listed)` : name, () => {
      differences.delete(name);
      if (!difference) expect(actual[index]).toEqual(expected[index]!);
      else {
        expect(actual[index]).toMatchObject(difference as object);
        expect(expected[index]).not.toEqual(actual[index]!);
      }
    });
  }

  test("there are enough of them", () => expect(CODES.length).toBeGreaterThanOrEqual(200));
});
