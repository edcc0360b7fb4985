import type { Edits } from "./source-edits.ts";
import type { Node } from "./source-syntax.ts";
import { walk } from "./source-walk.ts";

type Constant = number | string | undefined;

/**
 * `enum E { A, B = 2 }` becomes the object that the TypeScript compiler makes of it, a `const enum`
 * too: `var E; (function (E) { E[E["A"] = 0] = "A"; … })(E || (E = {}));`
 *
 * @param owner The namespace that exports it.
 */
export function lowerEnum(text: string, node: Node, owner: string | undefined, edits: Edits): void {
  const { name } = node.id;
  const open = text.indexOf("{", node.id.end);
  edits.replace(node.start, open + 1, `var ${name}; (function (${name}) {`);
  const known = new Map<string, Constant>();
  let next: Constant = 0;
  const members = node.members as Node[];
  for (const [index, member] of members.entries()) {
    const key: string = member.id.type === "Identifier" ? member.id.name : String(member.id.value);
    const value: Constant = member.initializer ? constantOf(member.initializer, known, name) : next;
    const quoted = JSON.stringify(key);
    const isText = typeof value === "string" || isTextual(member.initializer);
    const head = isText ? `${name}[${quoted}] = ` : `${name}[${name}[${quoted}] = `;
    const tail = isText ? ";" : `] = ${quoted};`;
    if (member.initializer) {
      qualify(member.initializer, known, name, edits);
      edits.replace(member.start, member.initializer.start, head);
    } else {
      edits.replace(member.start, member.end, `${head}${value === undefined ? "void 0" : value}`);
    }
    const after = members[index + 1]?.start ?? node.end - 1;
    const comma = text.slice(member.end, after).search(/,/);
    if (comma >= 0) edits.replace(member.end + comma, member.end + comma + 1, tail);
    else edits.insert(member.end, tail);
    known.set(key, value);
    next = typeof value === "number" ? value + 1 : undefined;
  }
  edits.replace(node.end - 1, node.end, `})(${objectOf(name, owner)});`);
}

/** The object that an enum or a namespace fills: its owner's, or the one that an earlier part made. */
export function objectOf(name: string, owner: string | undefined): string {
  return owner
    ? `${name} = ${owner}.${name} || (${owner}.${name} = {})`
    : `${name} || (${name} = {})`;
}

/** Names of earlier members in an initializer mean those members. */
function qualify(
  initializer: Node,
  known: ReadonlyMap<string, Constant>,
  name: string,
  edits: Edits,
) {
  walk(initializer, (node, parent) => {
    if (node.type !== "Identifier" || !known.has(node.name)) return;
    if (parent?.type === "MemberExpression" && parent.property === node && !parent.computed) return;
    if (parent?.type === "Property" && parent.key === node && !parent.computed) return;
    edits.insert(node.start, `${name}.`);
  });
}

const isTextual = (node: Node | undefined): boolean =>
  node?.type === "TemplateLiteral" ||
  (node?.type === "BinaryExpression" &&
    node.operator === "+" &&
    (isTextual(node.left) || isTextual(node.right))) ||
  (node?.type === "Literal" && typeof node.value === "string");

function constantOf(node: Node, known: ReadonlyMap<string, Constant>, name: string): Constant {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "number" || typeof node.value === "string"
        ? node.value
        : undefined;
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
      return constantOf(node.expression, known, name);
    case "Identifier":
      return known.get(node.name);
    case "MemberExpression":
      if (node.object.name !== name) return undefined;
      return known.get(node.computed ? String(node.property.value) : node.property.name);
    case "UnaryExpression":
      return unary(node.operator, constantOf(node.argument, known, name));
    case "BinaryExpression":
      return binary(
        node.operator,
        constantOf(node.left, known, name),
        constantOf(node.right, known, name),
      );
    default:
      return undefined;
  }
}

function unary(operator: string, value: Constant): Constant {
  if (typeof value !== "number") return undefined;
  if (operator === "-") return -value;
  if (operator === "+") return value;
  return operator === "~" ? ~value : undefined;
}

function binary(operator: string, a: Constant, b: Constant): Constant {
  if (operator === "+" && (typeof a === "string" || typeof b === "string"))
    return a === undefined || b === undefined ? undefined : `${a}${b}`;
  if (typeof a !== "number" || typeof b !== "number") return undefined;
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    case "**":
      return a ** b;
    case "|":
      return a | b;
    case "&":
      return a & b;
    case "^":
      return a ^ b;
    case "<<":
      return a << b;
    case ">>":
      return a >> b;
    case ">>>":
      return a >>> b;
    default:
      return undefined;
  }
}
