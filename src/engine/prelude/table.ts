import { inspect } from "./inspect.ts";
import { textWidth } from "./inspect-text.ts";
import { brandOf, ownDescriptor } from "./look.ts";
import {
  arrayIsArray,
  hasOwn,
  join,
  list,
  mapEntries,
  mapGet,
  mapHas,
  mapNext,
  mapSet,
  max,
  min,
  NativeMap,
  objectKeys,
  push,
  repeat,
  setNext,
  setValues,
} from "./primordials.ts";
import { unproxied } from "./proxies.ts";

/** Rows beyond are left out: a table is for reading. */
const ROWS_MAX = 10_000;

interface Column {
  readonly head: string;
  /** By row; absent: empty. */
  readonly cells: Map<number, string>;
}

/** The text of console.table; undefined where the value is no object and is logged as it is. */
export function tableText(data: unknown, properties: readonly unknown[] | undefined) {
  if (data === null || typeof data !== "object") return undefined;
  const target = unproxied(data);
  if (target === null) return undefined;
  const brand = brandOf(target);
  if (brand === "map") return mapTable(target as Map<unknown, unknown>);
  if (brand === "set") return setTable(target as Set<unknown>);
  return rowsTable(target, properties);
}

function cellText(value: unknown): string {
  const wide =
    value !== null &&
    typeof value === "object" &&
    !arrayIsArray(value) &&
    objectKeys(unproxied(value) ?? {}).length > 2;
  return inspect(value, { depth: wide ? -1 : 0, maxArrayLength: 3, breakLength: Infinity });
}

const column = (head: string): Column => ({ head, cells: new NativeMap() });

function mapTable(map: Map<unknown, unknown>): string {
  const index = column("(iteration index)");
  const key = column("Key");
  const value = column("Values");
  const iterator = mapEntries(map);
  let row = 0;
  for (; row < ROWS_MAX; row++) {
    const step = mapNext(iterator);
    if (step.done === true) break;
    mapSet(index.cells, row, cellText(row));
    mapSet(key.cells, row, cellText(step.value[0]));
    mapSet(value.cells, row, cellText(step.value[1]));
  }
  return render([index, key, value], row);
}

function setTable(set: Set<unknown>): string {
  const index = column("(iteration index)");
  const value = column("Values");
  const iterator = setValues(set);
  let row = 0;
  for (; row < ROWS_MAX; row++) {
    const step = setNext(iterator);
    if (step.done === true) break;
    mapSet(index.cells, row, cellText(row));
    mapSet(value.cells, row, cellText(step.value));
  }
  return render([index, value], row);
}

function rowsTable(data: object, properties: readonly unknown[] | undefined): string {
  const keys = objectKeys(data);
  const index = column("(index)");
  const values = column("Values");
  const columns: Column[] = [index];
  const byName = new NativeMap<string, Column>();
  let hasPrimitives = false;
  const rows = min(keys.length, ROWS_MAX);
  for (let row = 0; row < rows; row++) {
    const key = keys[row] as string;
    mapSet(index.cells, row, key);
    const item = ownDescriptor(data, key)?.value as unknown;
    const object =
      item !== null && (typeof item === "object" || typeof item === "function")
        ? unproxied(item)
        : null;
    if (object === null && properties === undefined) {
      hasPrimitives = true;
      mapSet(values.cells, row, cellText(item));
      continue;
    }
    const names = properties ?? objectKeys(object as object);
    for (let i = 0; i < names.length; i++) {
      const name = `${names[i] as string}`;
      let found = mapGet(byName, name);
      if (found === undefined) {
        found = column(name);
        mapSet(byName, name, found);
        push(columns, found);
      }
      if (object === null || !hasOwn(object, name)) continue;
      const descriptor = ownDescriptor(object, name);
      const shown =
        descriptor !== undefined && hasOwn(descriptor, "value")
          ? cellText(descriptor.value)
          : "[Getter]";
      mapSet(found.cells, row, shown);
    }
  }
  if (hasPrimitives) push(columns, values);
  return render(columns, rows);
}

function render(columns: readonly Column[], rows: number): string {
  const widths = list<number>();
  for (let i = 0; i < columns.length; i++) {
    const { head, cells } = columns[i] as Column;
    let width = textWidth(head);
    for (let row = 0; row < rows; row++) {
      if (mapHas(cells, row)) width = max(width, textWidth(mapGet(cells, row) as string));
    }
    push(widths, width);
  }
  const lines = list<string>();
  const rule = (left: string, middle: string, right: string): string => {
    const parts = list<string>();
    for (let i = 0; i < widths.length; i++) push(parts, repeat("─", (widths[i] as number) + 2));
    return left + join(parts, middle) + right;
  };
  const line = (cell: (at: Column) => string): string => {
    const parts = list<string>();
    for (let i = 0; i < columns.length; i++) {
      const text = cell(columns[i] as Column);
      push(parts, text + repeat(" ", (widths[i] as number) - textWidth(text)));
    }
    return `│ ${join(parts, " │ ")} │`;
  };
  push(lines, rule("┌", "┬", "┐"));
  push(
    lines,
    line((at) => at.head),
  );
  push(lines, rule("├", "┼", "┤"));
  for (let row = 0; row < rows; row++)
    push(
      lines,
      line((at) => mapGet(at.cells, row) ?? ""),
    );
  push(lines, rule("└", "┴", "┘"));
  return join(lines, "\n");
}
