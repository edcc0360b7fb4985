/** The prelude's name in stack traces: frames of it are not the guest's, and are never shown. */
export const PRELUDE_FILE = "vm:prelude";

/** Texts and modules of ours have names that begin so; frames in them are not the guest's. */
export const OURS = "vm:";
