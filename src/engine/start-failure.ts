import type { ExceptionPayload } from "../core/execution.ts";

/** An action that could not begin, for a reason that is no exception of guest code. */
export class StartFailure extends Error {
  constructor(readonly payload: ExceptionPayload) {
    super(payload.message);
  }
}
