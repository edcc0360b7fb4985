import {
  type ObjectOptions,
  type Static,
  type TProperties,
  type TSchema,
  Type,
} from "@sinclair/typebox";

/** An object that takes no field it does not name: what a client misspells is an error, not a loss. */
export const Strict = <T extends TProperties>(properties: T, options: ObjectOptions = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

/** A string enumeration as one schema node, so that OpenAPI shows `enum`. */
export const OneOf = <const T extends readonly string[]>(values: T, options: object = {}) =>
  Type.Unsafe<T[number]>({ type: "string", enum: [...values], ...options });

export const Uuid = Type.String({
  description: "UUID, lower case; new ones are version 7 and sort by time",
  pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
});

export const Timestamp = Type.String({
  description: "RFC 3339, UTC, milliseconds",
  pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$",
  examples: ["2026-11-20T12:00:00.000Z"],
});

/** Any JSON value; typed `unknown` because what a guest returns is not to be trusted. */
export const Json = Type.Unknown({ description: "Any JSON value" });

export const JsonObject = Type.Record(Type.String(), Json, { description: "Any JSON object" });

export type { Static, TSchema };
export { Type };
