import { countPiece } from "./host-memory.ts";
import type { Node } from "./source-syntax.ts";

/** The nodes directly below, in the order of their fields. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  pushChildren(node, children);
  return children;
}

/** Whoever walks makes lists for each node, which a collector may be late for. @throws HostMemoryFull */
function pushChildren(node: Node, into: Node[]): void {
  countPiece();
  for (const key in node) {
    const value = node[key];
    if (value === null || typeof value !== "object") continue;
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) into.push(item);
    } else if (isNode(value)) into.push(value);
  }
}

const isNode = (value: unknown): value is Node =>
  value !== null &&
  typeof value === "object" &&
  typeof (value as { type?: unknown }).type === "string" &&
  typeof (value as { start?: unknown }).start === "number";

/**
 * Every node, parents first, without recursion: source may nest deeper than the host's stack.
 *
 * @param enter Returns `false` to leave out what is below.
 */
export function walk(root: Node, enter: (node: Node, parent: Node | undefined) => unknown) {
  const nodes: Node[] = [root];
  const parents: (Node | undefined)[] = [undefined];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const parent = parents.pop();
    if (enter(node, parent) === false || node.type === "Literal") continue;
    const first = nodes.length;
    pushChildren(node, nodes);
    reverse(nodes, first);
    for (let i = first; i < nodes.length; i++) parents.push(node);
  }
}

/** The tail of a list from `first` on, so that it is popped in order. */
function reverse(list: unknown[], first: number): void {
  for (let a = first, b = list.length - 1; a < b; a++, b--) [list[a], list[b]] = [list[b], list[a]];
}

export const isFunction = (node: Node): boolean =>
  node.type === "FunctionDeclaration" ||
  node.type === "FunctionExpression" ||
  node.type === "ArrowFunctionExpression";

/** The identifiers that a binding or assignment pattern binds. */
export function* boundIdentifiers(pattern: Node | null | undefined): Generator<Node> {
  if (!pattern) return;
  switch (pattern.type) {
    case "Identifier":
      yield pattern;
      break;
    case "ObjectPattern":
      for (const property of pattern.properties)
        yield* boundIdentifiers(property.type === "RestElement" ? property : property.value);
      break;
    case "ArrayPattern":
      for (const element of pattern.elements) yield* boundIdentifiers(element);
      break;
    case "AssignmentPattern":
      yield* boundIdentifiers(pattern.left);
      break;
    case "RestElement":
      yield* boundIdentifiers(pattern.argument);
      break;
    case "ParenthesizedExpression":
      yield* boundIdentifiers(pattern.expression);
      break;
    case "TSParameterProperty":
      yield* boundIdentifiers(pattern.parameter);
      break;
  }
}
