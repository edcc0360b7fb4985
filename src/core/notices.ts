/** Payload of a `system` event: what the runtime tells of itself. */
export interface Notice {
  readonly message: string;
  readonly level: "info" | "warn";
}

export const DRY_RUN_NOTICE: Notice = {
  message:
    "Dry run: the session is as it was before; files, databases on disk and programs that ran are not undone.",
  level: "info",
};

export const RESULT_CUT_NOTICE: Notice = {
  message:
    "The result is too large for the output limit (max_output_kb): its preview is cut, and it has no json.",
  level: "warn",
};

/** @param why  The code that the execution ended with. */
export const rollbackNotice = (why: string): Notice => ({
  message: `The session is as it was before this execution (${why}); files, databases on disk and programs that ran are not undone.`,
  level: "warn",
});
