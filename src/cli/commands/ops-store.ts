import { command } from "../command.ts";
import { bytesText, fields, table } from "../output.ts";

export const store = command({
  name: "store",
  summary: "Show what uses the disk, by kind and by session",
  async run(context) {
    const report = await (await context.client()).storeReport();
    context.result(report, () =>
      [
        fields([
          ["Database", bytesText(report.file_bytes)],
          ["Log", bytesText(report.log_bytes)],
          [
            "Budget",
            report.budget_bytes === undefined ? undefined : bytesText(report.budget_bytes),
          ],
        ]),
        "",
        table(
          ["Kind", "Bytes"],
          report.kinds.map(({ kind, bytes }) => [kind.replace("_", " "), bytesText(bytes)]),
        ),
        ...(report.sessions.length === 0
          ? []
          : [
              "",
              table(
                ["Session ID", "Status", "Checkpoints", "Bytes", "Executions", "Bytes"],
                report.sessions.map((session) => [
                  session.session_id,
                  session.status,
                  `${session.checkpoints}`,
                  bytesText(session.checkpoint_bytes),
                  `${session.executions}`,
                  bytesText(session.history_bytes),
                ]),
              ),
            ]),
      ].join("\n"),
    );
  },
});

export const gc = command({
  name: "gc",
  summary: "Remove now what is no longer kept, and give its space back to the disk",
  args: {
    "dry-run": { type: "boolean", description: "Say what would go, and remove nothing" },
  },
  async run(context, args) {
    const report = await (await context.client()).collectGarbage(args["dry-run"] === true);
    context.result(report, () =>
      fields([
        [
          report.dry_run ? "Checkpoints that would go" : "Checkpoints removed",
          `${report.checkpoints} (${bytesText(report.checkpoint_bytes)})`,
        ],
        [
          report.dry_run ? "Executions that would go" : "Executions removed",
          `${report.executions}`,
        ],
        ["Given back to the disk", report.dry_run ? undefined : bytesText(report.freed_bytes)],
      ]),
    );
  },
});
