import type { EngineCallbacks } from "../../src/engine/instance.ts";

/** For an instance whose guest needs nothing of a host. */
export const INERT_CALLBACKS: EngineCallbacks = {
  call: () => 0,
  shouldInterrupt: () => false,
  loadModule: () => 0,
  normalizeModule: () => 0,
  rejected: () => {},
  errorMade: () => {},
  now: () => 0,
};
