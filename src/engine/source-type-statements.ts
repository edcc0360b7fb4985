import type { Node } from "./source-syntax.ts";

/** Statements of which nothing remains. */
export function isTypeStatement(node: Node): boolean {
  switch (node.type) {
    case "TSTypeAliasDeclaration":
    case "TSInterfaceDeclaration":
    case "TSDeclareFunction":
    case "TSNamespaceExportDeclaration":
      return true;
    case "VariableDeclaration":
    case "ClassDeclaration":
    case "TSEnumDeclaration":
    case "FunctionDeclaration":
      return node.declare === true;
    case "TSModuleDeclaration":
      return node.declare === true || node.global === true || !hasValues(node.body);
    default:
      return false;
  }
}

/** A namespace of types alone leaves nothing behind. */
function hasValues(body: Node | undefined): boolean {
  if (!body) return false;
  if (body.type === "TSModuleDeclaration") return hasValues(body.body);
  return (body.body as Node[]).some((statement) => {
    const inner = statement.declaration ?? statement;
    return !isTypeStatement(inner);
  });
}

export const isTypeMember = (member: Node): boolean =>
  member.type === "TSIndexSignature" ||
  member.declare === true ||
  member.abstract === true ||
  member.value?.type === "TSDeclareMethod" ||
  member.value?.type === "TSEmptyBodyFunctionExpression";
