import { expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { LIMITS } from "../../src/core/limits.ts";
import { fakeRunner } from "../harness/fake-runner.ts";
import { inProcessTarget } from "../harness/target.ts";

test("a snippet's size is counted in bytes, whatever characters it has", async () => {
  await using target = inProcessTarget(fakeRunner());
  const { templates, sessions, executions } = target.core;
  const { id: template_id } = await templates.create({ name: "size" });
  const fields = { workspace_id: "w", base_commit_oid: "0", worktree_path: tmpdir() };
  const { id: session_id } = await sessions.create({ template_id, ...fields });

  const most = `//${"€".repeat((LIMITS.sourceBytesMax - 2) / 3)}`;
  expect(Buffer.byteLength(most)).toBe(LIMITS.sourceBytesMax);
  expect((await executions.repl({ session_id, input: most })).status).toBe("ok");
  await expect(executions.repl({ session_id, input: `${most} ` })).rejects.toMatchObject({
    code: "VALIDATION_ERROR",
    message: `input must be at most ${LIMITS.sourceBytesMax} bytes`,
  });
});
