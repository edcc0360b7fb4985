import type { World } from "./api-world.ts";

/** A request to a documented route, and what must come back. */
export interface Scenario {
  readonly route: string;
  readonly says: string;
  readonly given: (world: World) => Given | Promise<Given>;
  readonly status: number;
  /** Of the error envelope; absent for a success. */
  readonly code?: string;
  /** The whole message, or what it matches. */
  readonly message?: string | RegExp;
  /** Parts of the answer (for a failure of its details) that must be so. */
  readonly holds?: (world: World) => object;
}

export interface Given {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What the contract calls a VALIDATION_ERROR, by its message. */
export const invalid = (
  route: string,
  says: string,
  message: string | RegExp,
  given: Scenario["given"],
): Scenario => ({ route, says, given, status: 400, code: "VALIDATION_ERROR", message });
