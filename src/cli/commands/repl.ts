import { isatty } from "node:tty";
import { command } from "../command.ts";
import type { Context } from "../context.ts";
import type { SessionDoor } from "../prompt/session-door.ts";
import { LOCAL_FLAGS, localOptions } from "../run/local-flags.ts";
import { UsageError } from "../usage-error.ts";

const STDIN = 0;
const STDOUT = 1;

export default command({
  name: "repl",
  summary: "Talk to a session at a prompt: a throw-away one, or a live one of the daemon",
  examples: [
    "vm-system repl",
    "vm-system repl SESSION",
    "vm-system repl --from failing.vmsession",
    "vm-system repl --module fs < inputs.js",
  ],
  args: {
    session: {
      type: "positional",
      required: false,
      description: "The ID of a session of the daemon; without it a throw-away one, made here",
      completes: "session",
    },
    ...LOCAL_FLAGS,
  },
  async run(context, args) {
    if (context.globals.json) {
      throw new UsageError("repl has no --json", "`vm-system exec repl SESSION CODE --json` has.");
    }
    const door = await openDoor(context, args);
    try {
      if (isatty(STDIN) && isatty(STDOUT)) {
        const { interactive } = await import("../prompt/interactive.ts");
        await interactive(door, context.env);
      } else {
        const { piped } = await import("../prompt/piped.ts");
        await piped(door);
      }
    } finally {
      await door.close();
    }
  },
});

async function openDoor(
  context: Context,
  args: { session?: string | undefined } & Readonly<Record<string, unknown>>,
): Promise<SessionDoor> {
  const { daemonDoor, localDoor } = await import("../prompt/doors.ts");
  if (args.session !== undefined) {
    const given = Object.keys(LOCAL_FLAGS).find((flag) => context.list(flag).length > 0);
    if (given) {
      throw new UsageError(
        `repl: --${given} is for a throw-away session`,
        "A session of the daemon has what its template gave it.",
      );
    }
    return daemonDoor(await context.client(), args.session);
  }
  const { openLocalSession } = await import("../../daemon/local.ts");
  const session = await openLocalSession(await localOptions(context, args));
  return localDoor(session, context.list("from").length > 0);
}
