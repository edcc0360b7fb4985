import type { Edits } from "./source-edits.ts";
import { referencesOf } from "./source-scopes.ts";
import type { Node } from "./source-syntax.ts";
import { isTypeStatement } from "./source-type-statements.ts";

/** Drops type-only imports and exports, and in modules what nothing uses as a value. */
export function eraseImports(text: string, program: Node, edits: Edits, keepUnused: boolean): void {
  const statements = program.body as Node[];
  if (!statements.some((s) => s.type.startsWith("Import") || s.type.startsWith("Export"))) return;
  const used = new Set(referencesOf(program).map(({ node }) => node.name as string));
  const types = typeNames(statements);
  for (const node of statements) {
    if (node.type === "ImportDeclaration") {
      if (node.importKind === "type") edits.blank(node.start, node.end, ";");
      else if (node.specifiers.length > 0)
        dropSpecifiers(
          text,
          node,
          edits,
          (specifier) =>
            specifier.importKind === "type" || (!keepUnused && !used.has(specifier.local.name)),
        );
    } else if (node.type === "ExportAllDeclaration" && node.exportKind === "type") {
      edits.blank(node.start, node.end, ";");
    } else if (node.type === "ExportNamedDeclaration" && !node.declaration) {
      if (node.exportKind === "type") edits.blank(node.start, node.end, ";");
      else if (node.specifiers.length > 0)
        dropSpecifiers(
          text,
          node,
          edits,
          (specifier) =>
            specifier.exportKind === "type" || (!node.source && types.has(specifier.local.name)),
        );
    }
  }
}

/** Names that are declared as types and as nothing else. */
function typeNames(statements: readonly Node[]): Set<string> {
  const types = new Set<string>();
  const values = new Set<string>();
  for (const statement of statements) {
    const node = statement.declaration ?? statement;
    if (node.type === "ImportDeclaration") {
      for (const s of node.specifiers)
        (node.importKind === "type" || s.importKind === "type" ? types : values).add(s.local.name);
    } else if (node.type === "TSTypeAliasDeclaration" || node.type === "TSInterfaceDeclaration")
      types.add(node.id.name);
    else if (node.id?.name && !isTypeStatement(node)) values.add(node.id.name);
    else if (node.type === "VariableDeclaration")
      for (const { id } of node.declarations) if (id.name) values.add(id.name);
  }
  for (const name of values) types.delete(name);
  return types;
}

function dropSpecifiers(text: string, node: Node, edits: Edits, drop: (s: Node) => boolean): void {
  const dropped = (node.specifiers as Node[]).filter(drop);
  if (dropped.length === 0) return;
  if (dropped.length === node.specifiers.length) {
    edits.blank(node.start, node.end, ";");
    return;
  }
  for (const specifier of dropped) {
    const comma = /^\s*,/.exec(text.slice(specifier.end))?.[0].length ?? 0;
    edits.blank(specifier.start, specifier.end + comma);
  }
}
