import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { armFailPoint, type FailPoint } from "../../src/core/fail-point.ts";
import { fakeRunner } from "../harness/fake-runner.ts";
import { inProcessTarget } from "../harness/target.ts";
import { tempFolder } from "../harness/temp-folder.ts";

test("whatever goes wrong while a session is made, nobody waits for it", async () => {
  using folder = tempFolder();
  writeFileSync(join(folder.path, "init.js"), "1");
  await using target = inProcessTarget(fakeRunner());
  const { templates, sessions } = target.core;
  const { id: template_id } = await templates.create({ name: "starts" });
  await templates.addStartupFile(template_id, { path: "init.js" });
  const fields = { workspace_id: "w", base_commit_oid: "0", worktree_path: folder.path };
  const points: FailPoint[] = ["session.starting", "session.prepared", "run.outcome"];
  for (const point of points) {
    armFailPoint(`${point}:1:throw`, "daemon");
    await expect(sessions.create({ template_id, ...fields })).rejects.toThrow(point);
    const [newest] = await sessions.list();
    expect(newest).toMatchObject({
      status: "crashed",
      last_error: "startup failed: Internal error",
    });
  }
  expect((await sessions.create({ template_id, ...fields })).status).toBe("ready");
});
