import type { Execution } from "../../core/execution.ts";
import { hasColours, print, printableLines, printError, styled } from "../output.ts";
import { reportError } from "../report-error.ts";
import { showConsole } from "../run/show-console.ts";
import { watchExecution } from "../run/watch-execution.ts";
import { type DotAction, dotCommand } from "./dot-commands.ts";
import type { SessionDoor } from "./session-door.ts";
import { shownValue } from "./show-value.ts";

/** `stay`: another input may come. `editor`: it is to be typed in the editor. */
export type Next = "stay" | "leave" | "editor";

/** What a prompt does with an input, wherever that comes from. */
export class Prompt {
  /** Those that ran, for `.save`. */
  private readonly inputs: string[] = [];

  /** @param showsUndefined  Whether also a result that is undefined is shown. */
  constructor(
    private readonly door: SessionDoor,
    private readonly showsUndefined: boolean,
  ) {}

  async take(input: string): Promise<Next> {
    const action = await dotCommand(input, this.inputs);
    try {
      if (action) return await this.perform(action);
      if (input.trim() !== "") await this.run(input);
    } catch (error) {
      // Nobody would see what comes next either.
      if ((error as NodeJS.ErrnoException).syscall === "write") throw error;
      // A session that is busy, a daemon that is gone: the next input may fare better.
      await reportError(error, { json: false });
    }
    return "stay";
  }

  private async perform(action: DotAction): Promise<Next> {
    switch (action.kind) {
      case "say":
        print(action.text);
        return "stay";
      case "fail":
        printError(action.text);
        return "stay";
      case "run":
        await this.run(action.input);
        return "stay";
      case "clear":
        await this.clear();
        return "stay";
      case "editor":
        return "editor";
      case "exit":
        return "leave";
    }
  }

  private async clear(): Promise<void> {
    if (!this.door.reset) {
      printError(
        "This session is the daemon's and keeps its state; .clear is for a throw-away one.",
      );
      return;
    }
    await this.door.reset();
    this.inputs.length = 0;
    print("A fresh session.");
  }

  private async run(input: string): Promise<void> {
    const execution = await watchExecution(
      this.door,
      () => this.door.begin(input),
      (event) => {
        if (event.type === "system") printNotice(event.payload);
        else showConsole(event);
      },
      { secondSignalLeaves: false },
    );
    if (execution.status === "ok") this.inputs.push(input);
    this.show(execution);
  }

  private show(execution: Execution): void {
    const { status, result, error } = execution;
    if (result && (result.type !== "undefined" || this.showsUndefined)) {
      print(shownValue(result, hasColours("stdout")));
    }
    if (!error) return;
    const { message, stack } = error;
    const text = stack?.startsWith(message) ? stack : [message, stack].filter(Boolean).join("\n");
    const shown = printableLines(status === "error" ? `Uncaught ${text}` : message);
    printError(styled(shown, "red", hasColours("stderr")));
    const hint = this.door.hint?.(execution);
    if (hint !== undefined) printError(hint);
  }
}

function printNotice(payload: unknown): void {
  const { message } = payload as { message?: unknown };
  printError(styled(printableLines(String(message)), "dim", hasColours("stderr")));
}
