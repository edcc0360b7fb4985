import type { Client } from "../client/client.ts";
import { LIMITS } from "../core/limits.ts";
import type { Session } from "../core/session.ts";
import { shortened } from "./execution-text.ts";
import { fields, shortTime } from "./output.ts";

/**
 * Where a session stands after a rewind, and the command that leads back to where it stood before.
 * What cannot be read is left out: the rewind is done.
 */
export async function placeText(
  client: Client,
  session: Session,
  before: Session | undefined,
): Promise<string> {
  const at = session.head_execution_id;
  const cameFrom = before?.head_execution_id;
  const undo =
    cameFrom !== undefined && cameFrom !== at
      ? `vm-system session rewind ${session.id} --to ${cameFrom}`
      : undefined;
  if (at === undefined) {
    return fields([
      ["Now At", "the beginning, before any execution"],
      ["To Undo This", undo],
    ]);
  }
  const [execution, checkpoints] = await Promise.all([
    client.getExecution(at).catch(() => undefined),
    client.listCheckpoints(session.id, LIMITS.pageRowsMax).catch(() => []),
  ]);
  return fields([
    ["Now At Execution", at],
    ["Ran", execution && shortened(execution.path ?? execution.input ?? "")],
    ["Started", execution && shortTime(execution.started_at)],
    ["Label", checkpoints.find(({ head }) => head)?.label],
    ["To Undo This", undo],
  ]);
}
