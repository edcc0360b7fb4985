import type { Edits } from "./source-edits.ts";
import type { Node } from "./source-syntax.ts";

/**
 * `constructor(private a, readonly b = 1) { … }`: the modifiers go, and the body begins with
 * `this.a = a; this.b = b;`, behind the call of `super` where there is one. They are fields, the first
 * ones of the class: `a; b;` at its head.
 */
export function lowerParameterProperties(method: Node, classBody: Node, edits: Edits): void {
  const names: string[] = [];
  const assignments: string[] = [];
  for (const parameter of method.params as Node[]) {
    if (parameter.type !== "TSParameterProperty") continue;
    const target = parameter.parameter as Node;
    const binding: Node = target.type === "AssignmentPattern" ? target.left : target;
    edits.blank(parameter.start, binding.start);
    const { name } = binding;
    names.push(`${name};`);
    assignments.push(`this.${name} = ${name};`);
  }
  if (assignments.length === 0 || method.body?.type !== "BlockStatement") return;
  edits.append(classBody.start + 1, ` ${names.join(" ")}`);
  const superCall = (method.body.body as Node[]).find(isSuperCall);
  if (superCall) edits.insert(superCall.end, `; ${assignments.join(" ")}`);
  else edits.insert(method.body.start + 1, ` ${assignments.join(" ")}`);
}

const isSuperCall = (statement: Node): boolean =>
  statement.type === "ExpressionStatement" &&
  statement.expression.type === "CallExpression" &&
  statement.expression.callee.type === "Super";
