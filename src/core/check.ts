import { TypeRegistry } from "@sinclair/typebox";
import {
  type TypeCheck,
  TypeCompiler,
  type ValueError,
  ValueErrorType,
} from "@sinclair/typebox/compiler";
import type { TSchema } from "./schema.ts";

/** One wrong part of a value. */
export interface SchemaIssue {
  /** JSON pointer. */
  readonly path: string;
  /** Names the field: `settings.limits.cpu_ms must be between 1 and 3600000`. */
  readonly message: string;
  /** `shape`: an unknown field or a wrong type. `range`: of the right type, and not allowed. */
  readonly kind: "shape" | "range";
}

/** Issues told of one value; more help nobody. */
const ISSUES_MAX = 20;

/** What OneOf makes: the library itself does not know what an unsafe type is checked by. */
TypeRegistry.Set<TSchema>("Unsafe", ({ enum: values }, value) => values?.includes(value) === true);

const OF_RANGE: ReadonlySet<ValueErrorType> = new Set([
  ValueErrorType.IntegerMinimum,
  ValueErrorType.IntegerMaximum,
  ValueErrorType.StringMinLength,
  ValueErrorType.StringMaxLength,
  ValueErrorType.StringPattern,
  ValueErrorType.ArrayMaxItems,
]);

/**
 * A check of values against a schema, compiled at the first call. It says what is wrong, in the
 * schema's order; empty means that the value is the schema's. Nothing is converted or dropped.
 */
export function checkerOf(schema: TSchema): (value: unknown) => readonly SchemaIssue[] {
  let compiled: TypeCheck<TSchema> | undefined;
  return (value) => {
    compiled ??= TypeCompiler.Compile(schema);
    if (compiled.Check(value)) return [];
    const issues: SchemaIssue[] = [];
    for (const error of compiled.Errors(value)) {
      if (issues.push(issueOf(error)) === ISSUES_MAX) break;
    }
    return issues;
  };
}

function issueOf({ path, type, schema }: ValueError): SchemaIssue {
  const kind = OF_RANGE.has(type) ? "range" : "shape";
  return { path, message: `${path.slice(1).replaceAll("/", ".")} ${reason(type, schema)}`, kind };
}

function reason(type: ValueErrorType, schema: TSchema): string {
  switch (type) {
    case ValueErrorType.ObjectAdditionalProperties:
      return "is not a known field";
    case ValueErrorType.IntegerMinimum:
    case ValueErrorType.IntegerMaximum:
      return `must be between ${schema.minimum} and ${schema.maximum}`;
    case ValueErrorType.Kind:
      return `must be one of ${schema.enum?.join(", ")}`;
    case ValueErrorType.StringMinLength:
      return "must not be empty";
    case ValueErrorType.StringMaxLength:
      return `must be at most ${schema.maxLength} characters`;
    case ValueErrorType.StringPattern:
      return `must match ${schema.pattern}`;
    case ValueErrorType.ArrayMaxItems:
      return `must have at most ${schema.maxItems} items`;
    default:
      return `must be ${/^[aeio]/.test(schema.type) ? "an" : "a"} ${schema.type}`;
  }
}
