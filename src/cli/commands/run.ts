import type { Execution, ValuePayload } from "../../core/execution.ts";
import type { LocalSession } from "../../daemon/local.ts";
import { command } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodeOfExecution } from "../exit-code.ts";
import { print, printJson } from "../output.ts";
import { guestArguments, guestEnvironment } from "../run/guest-arguments.ts";
import { LOCAL_FLAGS, localOptions } from "../run/local-flags.ts";
import { showConsole } from "../run/show-console.ts";
import { watchExecution } from "../run/watch-execution.ts";
import { worktreeFile } from "../run/worktree-file.ts";
import { assertWritable, writeSessionFile } from "../session-file-io.ts";
import { readStdin } from "../stdin.ts";
import { UsageError } from "../usage-error.ts";

export default command({
  name: "run",
  summary: "Run a file, a snippet or stdin in a throw-away session, without a daemon",
  examples: [
    "vm-system run build-report.ts -- --month=11 north",
    "vm-system run -e '6 * 7'",
    "echo '6 * 7' | vm-system run -",
    "vm-system run check.js --module fs --timeout 2m",
    "vm-system run check.js --save failing.vmsession",
  ],
  args: {
    file: {
      type: "positional",
      required: false,
      description:
        "JavaScript or TypeScript (.ts, .mts) in the worktree; `-` reads a snippet from stdin",
    },
    argument: {
      type: "positional",
      required: false,
      description:
        "What the file finds in `__ARGS__`: `--key=value` and `--flag` as fields, the rest in `_`; write `--` before the first",
      mayBeEmpty: true,
      repeats: true,
    },
    eval: {
      type: "string",
      alias: "e",
      valueHint: "CODE",
      description: "Run this snippet instead of a file",
    },
    print: {
      type: "boolean",
      negatable: true,
      description:
        "Print the value of the result (on for a snippet unless it is undefined, off for a file)",
    },
    env: {
      type: "string",
      valueHint: "NAME[=VALUE]",
      description:
        "An entry of the file's `__ENV__`; without a value, this process's; may be repeated",
      multiple: true,
    },
    save: {
      type: "string",
      valueHint: "FILE",
      notEmpty: true,
      description:
        "Write the session to a file afterwards, also when the code failed, to go on from with --from",
    },
    ...LOCAL_FLAGS,
  },
  async run(context, args) {
    const options = await localOptions(context, args);
    const program = await programOf(context, options.worktreePath);
    const { openLocalSession } = await import("../../daemon/local.ts");
    const saved = context.list("save").at(-1);
    if (saved !== undefined) await assertWritable(saved);
    const { json } = context.globals;
    // The execution itself tells of the heap that it left: whoever reads that has it looked for.
    const soleRun = saved === undefined && options.db === undefined && !json;
    const session = await openLocalSession({ ...options, soleRun });
    const { executions } = session;
    const execution = await watchExecution(
      {
        follow: (id, signal) => executions.follow(id, 0, signal),
        cancel: (id) => executions.cancel(id),
      },
      () => begin(session, program),
      (event) => json || showConsole(event),
      { secondSignalLeaves: true },
    );
    if (json) printJson(execution);
    else await show(context, execution, program, options.worktreePath, session);
    if (saved !== undefined) await writeSessionFile(saved, await session.export());
    if (options.db !== undefined) await session.close();
    return exitCodeOfExecution(execution.status);
  },
});

type Program =
  | { readonly kind: "snippet"; readonly input: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly args: Record<string, unknown>;
      readonly env: Record<string, string>;
    };

/** @throws UsageError */
async function programOf(context: Context, worktree: string): Promise<Program> {
  const snippet = context.list("eval").at(-1);
  const [file, ...words] = context.positionals;
  if (snippet !== undefined || file === "-") {
    const source = snippet === undefined ? "`-`" : "--eval";
    if (words.length > 0 || (snippet !== undefined && file !== undefined)) {
      throw new UsageError(`run: ${source} takes no arguments`, FILE_ONLY);
    }
    if (context.list("env").length > 0)
      throw new UsageError(`run: ${source} takes no --env`, FILE_ONLY);
    const input = snippet ?? (await readStdin());
    if (input === "") throw new UsageError(`run: the snippet of ${source} is empty`);
    return { kind: "snippet", input };
  }
  if (file === undefined) {
    throw new UsageError(
      "run needs FILE, --eval CODE, or `-` for stdin",
      "See `vm-system run --help`.",
    );
  }
  return {
    kind: "file",
    path: worktreeFile(worktree, file),
    args: guestArguments(words),
    env: guestEnvironment(context.list("env"), context.env),
  };
}

const FILE_ONLY = "`__ARGS__` and `__ENV__` are what a file is given; put the code into one.";

function begin({ id: session_id, executions }: LocalSession, program: Program): Promise<Execution> {
  if (program.kind === "snippet") {
    return executions.repl({ session_id, input: program.input, wait: false });
  }
  const { path, args, env } = program;
  return executions.runFile({ session_id, path, args, env, wait: false });
}

async function show(
  context: Context,
  execution: Execution,
  program: Program,
  worktree: string,
  session: LocalSession,
): Promise<void> {
  const { result } = execution;
  if (execution.status === "ok") {
    if (result && isPrinted(context, program, result)) print(result.preview);
    return;
  }
  const { showFailure } = await import("../run/show-failure.ts");
  await showFailure(execution, {
    worktree,
    env: context.env,
    isFromFile: context.list("from").length > 0,
    source: async (file) => {
      if (!file.startsWith("<")) return session.source(file);
      return program.kind === "snippet" ? program.input : undefined;
    },
  });
}

function isPrinted(context: Context, program: Program, result: ValuePayload): boolean {
  const asked = context.list("print").at(-1);
  if (asked !== undefined) return asked === "true";
  return program.kind === "snippet" && result.type !== "undefined";
}
