import { NativeTypeError } from "./primordials.ts";

/** What Node throws at a call without an argument that it needs. @param what As in the message */
export function missingArgument(what: string): Error {
  const error = new NativeTypeError(`The ${what} must be specified`) as Error & { code?: string };
  error.code = "ERR_MISSING_ARGS";
  return error;
}

export const ONE_NAME = '"name" argument';
export const NAME_AND_VALUE = '"name" and "value" arguments';
