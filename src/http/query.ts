import { parseId } from "../core/ids.ts";
import { type TSchema, Type } from "../core/schema.ts";
import { invalid } from "./errors.ts";

/** An id in a query: checked as every id is. */
export const idQuery = (name: "template" | "session" | "execution") =>
  Type.String({ format: "uuid", description: `A ${name}'s id` });

/**
 * The query as its schema types it. Text is converted by the schema's type and nothing else is
 * taken for it; an empty value counts as absent; a name twice, or one the schema has not, is refused.
 *
 * @throws VmError VALIDATION_ERROR, for the first wrong parameter in the schema's order
 */
export function readQuery(
  schema: TSchema | undefined,
  params: URLSearchParams,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const properties: Record<string, TSchema> = schema?.properties ?? {};
  for (const name of params.keys()) {
    if (!Object.hasOwn(properties, name)) throw wrong(name, `unknown query parameter ${name}`);
    if (params.getAll(name).length > 1) throw wrong(name, `${name} must be given once`);
  }
  for (const [name, property] of Object.entries(properties)) {
    const text = params.get(name) ?? "";
    if (text !== "") values[name] = convert(name, property, text);
    else if (schema?.required?.includes(name)) throw wrong(name, `${name} query param is required`);
  }
  return values;
}

function convert(name: string, schema: TSchema, text: string): unknown {
  if (schema.type === "integer") return readInteger(name, schema, text);
  if (schema.type === "boolean") {
    if (text === "true" || text === "false") return text === "true";
    throw wrong(name, `${name} must be true or false`);
  }
  if (schema.enum && !schema.enum.includes(text)) {
    throw wrong(name, `${name} must be one of ${schema.enum.join(", ")}`);
  }
  if (schema.format === "uuid") return parseId(name.replace(/_id$/, ""), text);
  return text;
}

/** Decimal digits within the schema's minimum (0 or 1) and maximum. @throws VmError VALIDATION_ERROR */
export function readInteger(name: string, schema: TSchema, text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= schema.minimum)) {
    const kind = schema.minimum === 0 ? "non-negative" : "positive";
    throw wrong(name, `${name} must be a ${kind} integer`);
  }
  if (value > schema.maximum) throw wrong(name, `${name} must be at most ${schema.maximum}`);
  return value;
}

const wrong = (name: string, message: string) => invalid(message, [{ path: name, message }]);
