import type { Edits } from "./source-edits.ts";
import { objectOf } from "./source-enums.ts";
import { referencesOf, type Scope } from "./source-scopes.ts";
import type { Node } from "./source-syntax.ts";
import { isTypeStatement } from "./source-type-statements.ts";
import { boundIdentifiers, walk } from "./source-walk.ts";

/** A namespace's block with what it exports. Blocks of one qualified name share their exports. */
interface Block {
  readonly node: Node;
  /** The innermost name: what its function's parameter is called. */
  readonly name: string;
  /** Exported variables: they live on the object alone. */
  readonly variables: ReadonlySet<string>;
  /** All exports of all blocks of this qualified name. */
  readonly shared: Set<string>;
}

/** The namespace that exports a declaration, by its node. */
export function namespaceOwners(program: Node): ReadonlyMap<Node, string> {
  const owners = new Map<Node, string>();
  walk(program, (node, parent) => {
    if (node.type !== "TSModuleBlock") return true;
    for (const statement of node.body as Node[])
      if (statement.type === "ExportNamedDeclaration" && statement.declaration)
        owners.set(statement.declaration, parent!.id.name);
    return true;
  });
  return owners;
}

/**
 * `namespace A { export const x = 1 }` becomes a function that fills the object A, as the TypeScript
 * compiler makes it. An exported variable is a property everywhere, so that all see its changes.
 */
export function lowerNamespaces(text: string, program: Node, edits: Edits): void {
  const blocks = new Map<Node, Block>();
  const owners = namespaceOwners(program);
  const shared = new Map<string, Set<string>>();
  const visit = (node: Node, siblings: readonly Node[], path: string) => {
    const inner = node.declaration ?? node;
    if (inner.type === "TSModuleDeclaration" && !isTypeStatement(inner)) {
      lowerOne(text, inner, siblings, owners.get(inner), edits);
      let body = inner;
      let qualified = path;
      while (body.type === "TSModuleDeclaration") {
        qualified += `.${body.id.name}`;
        if (body.body.type === "TSModuleBlock") {
          const block = blockOf(body, qualified, shared);
          blocks.set(body.body, block);
          for (const statement of block.node.body as Node[]) {
            lowerExport(text, statement, block.name, edits);
            visit(statement, block.node.body, qualified);
          }
        }
        body = body.body;
      }
    }
  };
  for (const statement of program.body as Node[]) visit(statement, program.body, "");
  if (blocks.size === 0) return;
  for (const { node, shorthand, scope } of referencesOf(program)) {
    const owner = ownerOf(node.name, scope, blocks);
    if (!owner) continue;
    edits.insert(node.start, shorthand ? `${node.name}: ${owner}.` : `${owner}.`);
  }
}

function lowerOne(
  text: string,
  node: Node,
  siblings: readonly Node[],
  owner: string | undefined,
  edits: Edits,
): void {
  const names: string[] = [];
  let body = node;
  for (; body.type === "TSModuleDeclaration"; body = body.body) names.push(body.id.name);
  const first = names[0]!;
  const declared = siblings.some((s) => {
    const other = s.declaration ?? s;
    return /^(Class|Function)Declaration$/.test(other.type) && other.id?.name === first;
  });
  const heads = names.map(
    (name, i) => `${i === 0 && declared ? "" : `var ${name}; `}(function (${name}) {`,
  );
  edits.replace(node.start, text.indexOf("{", body.start) + 1, heads.join(" "));
  const tails = names.map((name, i) => `})(${objectOf(name, i === 0 ? owner : names[i - 1])});`);
  edits.replace(node.end - 1, node.end, tails.reverse().join(" "));
}

function blockOf(declaration: Node, qualified: string, shared: Map<string, Set<string>>): Block {
  const variables = new Set<string>();
  const all = shared.get(qualified) ?? new Set<string>();
  shared.set(qualified, all);
  for (const statement of declaration.body.body as Node[]) {
    const inner = statement.declaration;
    if (statement.type !== "ExportNamedDeclaration" || !inner || isTypeStatement(inner)) continue;
    if (inner.type === "VariableDeclaration") {
      for (const { id } of inner.declarations)
        for (const { name } of boundIdentifiers(id)) variables.add(name);
    } else if (inner.id?.name) all.add(inner.id.name);
  }
  for (const name of variables) all.add(name);
  return { node: declaration.body, name: declaration.id.name, variables, shared: all };
}

/** What `export` before a declaration in a namespace comes to. */
function lowerExport(text: string, statement: Node, owner: string, edits: Edits): void {
  if (statement.type === "TSImportEqualsDeclaration" && statement.isExport) {
    edits.insert(statement.end, ` ${owner}.${statement.id.name} = ${statement.id.name};`);
    return;
  }
  const inner = statement.declaration;
  if (statement.type !== "ExportNamedDeclaration" || !inner || isTypeStatement(inner)) return;
  if (inner.type !== "VariableDeclaration") {
    edits.blank(statement.start, inner.start);
    if (inner.type === "FunctionDeclaration" || inner.type === "ClassDeclaration")
      edits.insert(statement.end, ` ${owner}.${inner.id.name} = ${inner.id.name};`);
    return;
  }
  edits.blank(statement.start, inner.declarations[0].start, ";");
  for (const { id, end } of inner.declarations as Node[]) {
    if (id.type === "Identifier") edits.insert(id.start, `${owner}.`);
    else {
      edits.insert(id.start, "(");
      edits.insert(end, ")");
      prefixPattern(id, owner, edits);
    }
  }
  if (text[statement.end - 1] !== ";") edits.insert(statement.end, ";");
}

function prefixPattern(pattern: Node, owner: string, edits: Edits): void {
  const shorthand = new Set<Node>();
  walk(pattern, (node) => {
    if (node.type === "Property" && node.shorthand)
      shorthand.add(node.value.type === "AssignmentPattern" ? node.value.left : node.value);
  });
  for (const name of boundIdentifiers(pattern))
    edits.insert(name.start, shorthand.has(name) ? `${name.name}: ${owner}.` : `${owner}.`);
}

/** The namespace whose object holds what a name means here, if that is where it lives. */
function ownerOf(name: string, from: Scope, blocks: ReadonlyMap<Node, Block>): string | undefined {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    const block = blocks.get(scope.node);
    if (scope.names.has(name)) return block?.variables.has(name) ? block.name : undefined;
    if (block?.shared.has(name)) return block.name;
  }
  return undefined;
}
