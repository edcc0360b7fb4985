import type { Edits } from "./source-edits.ts";
import { declaringScope, type Reference, referencesOf } from "./source-scopes.ts";
import type { Node } from "./source-syntax.ts";
import { boundIdentifiers, walk } from "./source-walk.ts";

/** What a script leaves on the global scope. */
export interface Declared {
  /** Names that a later text may not assign, but may declare again. */
  readonly constants: readonly string[];
  /** All names. */
  readonly names: readonly string[];
}

/**
 * Lets a script's top-level `let`, `const` and `class` be declared again by a later one: they become
 * `var`, whose columns stay (`const` is longer by two spaces).
 *
 * What is lost with it is put back where the text alone shows it: an assignment to a constant of this
 * text or of an earlier one throws, and so does a use before the declaration that no function defers.
 *
 * @param constants Names that earlier texts of the session declared constant.
 */
export function makeRedeclarable(
  program: Node,
  edits: Edits,
  constants: ReadonlySet<string>,
): Declared {
  const names = new Set<string>();
  const own = new Map<string, { constant: boolean; until: number }>();
  for (const statement of program.body as Node[]) {
    if (statement.type === "VariableDeclaration" && !statement.declare) {
      const constant = statement.kind === "const";
      if (statement.kind !== "var") replaceKeyword(statement, edits);
      for (const declarator of statement.declarations)
        for (const { name } of boundIdentifiers(declarator.id)) {
          names.add(name);
          if (statement.kind !== "var") own.set(name, { constant, until: declarator.end });
        }
    } else if (statement.type === "ClassDeclaration" && !statement.declare) {
      names.add(statement.id.name);
      own.set(statement.id.name, { constant: false, until: statement.end });
      const start = statement.decorators?.[0]?.start ?? statement.start;
      edits.insert(start, `var ${statement.id.name} = `);
      edits.insert(statement.end, ";");
    } else if (DECLARES.has(statement.type) && statement.id?.name) names.add(statement.id.name);
  }
  const foreign = [...constants].filter((name) => !names.has(name));
  if (mayMisuse(program, own, foreign)) {
    const earlier = new Set(foreign);
    for (const reference of referencesOf(program)) guard(reference, program, own, earlier, edits);
  }
  return {
    names: [...names],
    constants: [...own].filter(([, { constant }]) => constant).map(([name]) => name),
  };
}

const DECLARES = new Set(["FunctionDeclaration", "TSEnumDeclaration", "TSModuleDeclaration"]);

function replaceKeyword(statement: Node, edits: Edits): void {
  edits.replace(
    statement.start,
    statement.start + statement.kind.length,
    "var".padEnd(statement.kind.length),
  );
  for (const { id, init } of statement.declarations) {
    // A `let` without a value is undefined anew, whatever an earlier text left in it.
    if (!init && id.type === "Identifier") edits.insert(id.end, " = void 0");
  }
}

type Own = ReadonlyMap<string, { readonly constant: boolean; readonly until: number }>;

/** A quick look, without scopes, at whether any name could need a guard. */
function mayMisuse(program: Node, own: Own, foreign: readonly string[]): boolean {
  const earlier = new Set(foreign);
  if (own.size === 0 && earlier.size === 0) return false;
  const targets = new Set<string>();
  let early = false;
  walk(program, (node, parent) => {
    if (node.type === "AssignmentExpression") collect(node.left, targets);
    else if (node.type === "UpdateExpression") collect(node.argument, targets);
    else if (node.type === "ForInStatement" || node.type === "ForOfStatement")
      collect(node.left, targets);
    else if (node.type === "Identifier" && parent !== undefined) {
      const declared = own.get(node.name);
      if (declared && node.start < declared.until) early ||= !isDeclaring(node, parent);
    }
  });
  if (early) return true;
  for (const name of targets) if (own.get(name)?.constant || earlier.has(name)) return true;
  return false;
}

const isDeclaring = (node: Node, parent: Node): boolean =>
  (parent.type === "VariableDeclarator" || parent.type === "ClassDeclaration") &&
  parent.id === node;

function collect(target: Node, names: Set<string>): void {
  if (target.type === "VariableDeclaration") return;
  for (const identifier of boundIdentifiers(target)) names.add(identifier.name);
  if (target.expression) collect(target.expression, names);
}

function guard(
  reference: Reference,
  program: Node,
  own: Own,
  earlier: ReadonlySet<string>,
  edits: Edits,
): void {
  const { name } = reference.node;
  const scope = declaringScope(reference);
  if (scope === undefined) {
    if (reference.written && earlier.has(name)) put(reference, edits, constantTarget(name));
    return;
  }
  if (scope.node !== program) return;
  const declared = own.get(name);
  if (!declared) return;
  if (!reference.deferred && reference.node.start < declared.until)
    put(reference, edits, tooEarly(name));
  else if (reference.written && declared.constant) put(reference, edits, constantTarget(name));
}

/** A property stands wherever a name may, as a value and as a target. */
function put({ node, shorthand }: Reference, edits: Edits, property: string): void {
  const end = node.start + node.name.length;
  edits.replace(node.start, end, shorthand ? `${node.name}: ${property}` : property);
}

const constantTarget = (name: string): string =>
  `({get _(){return ${name}},set _(_){throw new TypeError("Assignment to constant variable.")}})._`;

function tooEarly(name: string): string {
  const fail = `throw new ReferenceError("Cannot access '${name}' before initialization")`;
  return `({get _(){${fail}},set _(_){${fail}}})._`;
}
