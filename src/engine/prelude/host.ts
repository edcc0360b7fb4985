import type { HostCall, HostOp } from "./interface.ts";

/** The one way to the host, set once, at boot. */
let hostCall: HostCall;

export function setHost(host: HostCall): void {
  hostCall = host;
}

export function callHost(op: HostOp, json: string, attachment?: unknown) {
  return hostCall(op, json, attachment as never);
}

/** `[state, value]` of a promise: 0 pending, 1 fulfilled, 2 rejected; undefined for anything else. */
export function peekPromise(value: unknown): [0 | 1 | 2, unknown] | undefined {
  if (value === null || typeof value !== "object") return undefined;
  return hostCall("promise", "", value as never) as unknown as [0 | 1 | 2, unknown] | undefined;
}
