import { VmError } from "./errors.ts";
import type { SessionRecord } from "./ports/session-store.ts";

export const sessionNotReady = ({ session }: SessionRecord) =>
  new VmError("SESSION_NOT_READY", {
    details: {
      session_id: session.id,
      status: session.status,
      ...(session.last_error === undefined ? {} : { last_error: session.last_error }),
    },
  });
