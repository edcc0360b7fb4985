import type { Node } from "./source-syntax.ts";
import { boundIdentifiers, childrenOf, isFunction } from "./source-walk.ts";

/** Where names are declared: the program, a function, a block, a class, a namespace. */
export interface Scope {
  readonly node: Node;
  readonly names: Set<string>;
  readonly parent: Scope | undefined;
}

/** A name that is read or written. */
export interface Reference {
  readonly node: Node;
  /** `{x}` or `{x = 1}`: what takes its place needs the name before it. */
  readonly shorthand: boolean;
  /** Assigned by `=`, `++`, a pattern, or a `for` head. */
  readonly written: boolean;
  readonly scope: Scope;
  /** Whether a function lies between it and the program: it may then run later than where it stands. */
  readonly deferred: boolean;
}

/** The scope that declares the name for this reference; undefined: none of the text does. */
export function declaringScope(reference: Reference): Scope | undefined {
  let scope: Scope | undefined = reference.scope;
  while (scope && !scope.names.has(reference.node.name)) scope = scope.parent;
  return scope;
}

/** All references of a program, in the order of the text. Types are not looked into. */
export function referencesOf(program: Node): Reference[] {
  const found: Reference[] = [];
  const shorthands = new Set<Node>();
  const visit = (node: Node, parent: Node, outer: Scope, deferred: boolean, role: Role): void => {
    if (node.type.startsWith("TS") && !VALUE_NODES.has(node.type)) return;
    if (node.type === "Identifier") {
      if (role !== "bound" && isReference(node, parent)) {
        const written = role === "written";
        found.push({ node, shorthand: shorthands.has(node), written, scope: outer, deferred });
      }
      for (const decorator of node.decorators ?? [])
        visit(decorator, node, outer, deferred, "read");
      return;
    }
    if (node.type === "Property" && node.shorthand)
      shorthands.add(node.value.type === "AssignmentPattern" ? node.value.left : node.value);
    const scope = scopeOf(node, parent, outer);
    const later = deferred || isFunction(node) || node.type === "PropertyDefinition";
    const bindings = bindingsOf(node);
    const targets = role === "read" ? writtenBy(node) : partsOf(node);
    const partRole = role === "read" ? "written" : role;
    for (const child of childrenOf(node)) {
      const childRole = bindings.includes(child)
        ? "bound"
        : targets.includes(child)
          ? partRole
          : "read";
      visit(child, node, scope, later, childRole);
    }
  };
  const root: Scope = { node: program, names: declaredIn(program, undefined), parent: undefined };
  for (const statement of program.body) visit(statement, program, root, false, "read");
  return found.sort((a, b) => a.node.start - b.node.start);
}

const VALUE_NODES = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "TSEnumDeclaration",
  "TSEnumMember",
  "TSModuleDeclaration",
  "TSModuleBlock",
  "TSParameterProperty",
  "TSExportAssignment",
  "TSImportEqualsDeclaration",
]);

/** What happens to the names that stand here: they are read, assigned or declared. */
type Role = "read" | "written" | "bound";

/** The children that declare names. */
function bindingsOf(node: Node): readonly Node[] {
  switch (node.type) {
    case "VariableDeclarator":
      return [node.id];
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return node.params;
    case "CatchClause":
      return [node.param];
    default:
      return [];
  }
}

/** The children that this node assigns to. */
function writtenBy(node: Node): readonly Node[] {
  switch (node.type) {
    case "AssignmentExpression":
      return [node.left];
    case "UpdateExpression":
      return [node.argument];
    case "ForInStatement":
    case "ForOfStatement":
      return node.left.type === "VariableDeclaration" ? [] : [node.left];
    default:
      return [];
  }
}

/** The children of a pattern, or of what wraps a target, that have its role. */
function partsOf(node: Node): readonly Node[] {
  switch (node.type) {
    case "ObjectPattern":
      return node.properties;
    case "Property":
      return [node.value];
    case "ArrayPattern":
      return node.elements;
    case "AssignmentPattern":
      return [node.left];
    case "RestElement":
      return [node.argument];
    case "TSParameterProperty":
      return [node.parameter];
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
      return [node.expression];
    default:
      return [];
  }
}

function isReference(node: Node, parent: Node): boolean {
  switch (parent.type) {
    case "MemberExpression":
      return parent.object === node || parent.computed;
    case "Property":
      // Of a shorthand, key and value are one node; it is visited as the value.
      return parent.value === node || parent.computed;
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
      return parent.value === node || parent.computed;
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
    case "ImportAttribute":
      return false;
    case "ExportSpecifier":
      return parent.local === node;
    case "VariableDeclarator":
      return parent.init === node;
    case "FunctionDeclaration":
    case "FunctionExpression":
      return false;
    case "ArrowFunctionExpression":
      return parent.body === node;
    case "ClassDeclaration":
    case "ClassExpression":
      return parent.superClass === node;
    case "TSEnumDeclaration":
    case "TSModuleDeclaration":
      return false;
    case "TSEnumMember":
    case "TSImportEqualsDeclaration":
      return parent.id !== node;
    default:
      return true;
  }
}

function scopeOf(node: Node, parent: Node, outer: Scope): Scope {
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "BlockStatement":
    case "StaticBlock":
    case "ForStatement":
    case "ForInStatement":
    case "ForOfStatement":
    case "SwitchStatement":
    case "CatchClause":
    case "ClassDeclaration":
    case "ClassExpression":
    case "TSModuleBlock":
    case "TSEnumDeclaration":
      return { node, names: declaredIn(node, parent), parent: outer };
    default:
      return outer;
  }
}

/** The names that a scope's node declares in it. */
function declaredIn(node: Node, parent: Node | undefined): Set<string> {
  const names = new Set<string>();
  const bind = (pattern: Node | null | undefined) => {
    for (const identifier of boundIdentifiers(pattern)) names.add(identifier.name);
  };
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      if (node.type === "FunctionExpression" && node.id) bind(node.id);
      node.params.forEach(bind);
      if (node.type !== "ArrowFunctionExpression") names.add("arguments");
      if (node.body) hoisted(node.body, names);
      break;
    case "ClassDeclaration":
    case "ClassExpression":
      if (node.id) bind(node.id);
      break;
    case "CatchClause":
      bind(node.param);
      break;
    case "ForStatement":
      if (node.init?.type === "VariableDeclaration") declare(node.init, names);
      break;
    case "ForInStatement":
    case "ForOfStatement":
      if (node.left.type === "VariableDeclaration") declare(node.left, names);
      break;
    case "SwitchStatement":
      for (const branch of node.cases) for (const s of branch.consequent) declare(s, names);
      break;
    case "Program":
    case "TSModuleBlock":
    case "StaticBlock":
      hoisted(node, names);
      for (const statement of node.body) declare(statement, names);
      break;
    case "BlockStatement":
      if (!parent || !isFunction(parent)) for (const s of node.body) declare(s, names);
      break;
  }
  return names;
}

/** Adds what one statement declares in the block that it stands in. */
export function declare(statement: Node, names: Set<string>): void {
  switch (statement.type) {
    case "VariableDeclaration":
      for (const { id } of statement.declarations)
        for (const identifier of boundIdentifiers(id)) names.add(identifier.name);
      break;
    case "FunctionDeclaration":
    case "ClassDeclaration":
    case "TSEnumDeclaration":
    case "TSImportEqualsDeclaration":
      if (statement.id) names.add(statement.id.name);
      break;
    case "TSModuleDeclaration":
      if (statement.id.type === "Identifier") names.add(statement.id.name);
      break;
    case "ImportDeclaration":
      for (const specifier of statement.specifiers) names.add(specifier.local.name);
      break;
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration":
      if (statement.declaration) declare(statement.declaration, names);
      break;
  }
}

/** Adds the `var`s and the direct declarations of a function's body. */
function hoisted(body: Node, names: Set<string>): void {
  if (Array.isArray(body.body)) for (const statement of body.body) declare(statement, names);
  const stack: Node[] = [body];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const child of childrenOf(node)) {
      if (isFunction(child) || child.type === "StaticBlock" || child.type === "TSModuleBlock")
        continue;
      if (child.type === "VariableDeclaration" && child.kind === "var") declare(child, names);
      stack.push(child);
    }
  }
}
