import { lowerDecorators } from "./source-decorators.ts";
import type { Edits } from "./source-edits.ts";
import { lowerEnum } from "./source-enums.ts";
import { lowerNamespaces, namespaceOwners } from "./source-namespaces.ts";
import { lowerParameterProperties } from "./source-parameter-properties.ts";
import type { Node } from "./source-syntax.ts";
import { eraseImports } from "./source-type-imports.ts";
import { isTypeMember, isTypeStatement } from "./source-type-statements.ts";
import { walk } from "./source-walk.ts";

/**
 * Makes JavaScript of TypeScript. What is only type is blanked, so that every position stays; enums,
 * namespaces, parameter properties and decorators become code on the line where they stand.
 *
 * @param script Whether it is one: what it imports is then kept, unused or not, for a later text.
 */
export function eraseTypes(text: string, program: Node, edits: Edits, script: boolean): void {
  const eraser = new Eraser(text, edits, namespaceOwners(program), script);
  walk(program, (node, parent) => eraser.visit(node, parent));
  eraseImports(text, program, edits, script);
  lowerNamespaces(text, program, edits);
  lowerDecorators(text, program, edits, script);
}

class Eraser {
  /** Type nodes that a bracket was moved into; they are blanked already. */
  private readonly moved = new Set<Node>();

  constructor(
    private readonly text: string,
    private readonly edits: Edits,
    private readonly owners: ReadonlyMap<Node, string>,
    private readonly script: boolean,
  ) {}

  /** False: what is below is gone with it. */
  visit(node: Node, parent: Node | undefined): boolean {
    if (isTypeStatement(node)) {
      this.edits.blank(node.start, node.end, ";");
      return false;
    }
    switch (node.type) {
      case "TSTypeAnnotation":
      case "TSTypeParameterDeclaration":
      case "TSTypeParameterInstantiation":
        if (!this.moved.has(node)) this.edits.blank(node.start, node.end);
        return false;
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "TSNonNullExpression":
        this.edits.blank(node.expression.end, node.end);
        break;
      case "TSTypeAssertion":
        this.edits.blank(node.start, node.expression.start);
        break;
      case "TSEnumDeclaration":
        lowerEnum(this.text, node, this.owners.get(node), this.edits);
        break;
      case "TSExportAssignment":
        this.edits.replace(node.start, node.expression.start, "module.exports = ");
        break;
      case "TSImportEqualsDeclaration":
        this.importEquals(node, parent!);
        return false;
      case "ExportNamedDeclaration":
      case "ExportDefaultDeclaration":
        if (node.declaration && isTypeStatement(node.declaration)) {
          this.edits.blank(node.start, node.end, ";");
          return false;
        }
        break;
      case "MethodDefinition":
        if (node.kind === "constructor") lowerParameterProperties(node.value, parent!, this.edits);
        break;
      case "Identifier":
        if (node.optional) this.optionalMark(node);
        break;
      case "ObjectPattern":
      case "ArrayPattern":
        if (node.optional)
          this.blankMark(this.text.lastIndexOf("?", node.typeAnnotation?.start ?? node.end));
        break;
      case "VariableDeclarator":
        if (node.definite)
          this.blankMark(this.text.indexOf("!", node.id.start + node.id.name.length));
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        this.functionHead(node);
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        this.classHead(node);
        break;
      case "ClassBody":
        this.members(node);
        break;
    }
    this.guardEnd(node, parent);
    return true;
  }

  private blankMark(at: number): void {
    if (at >= 0) this.edits.blank(at, at + 1);
  }

  private optionalMark(node: Node): void {
    const from = node.start + node.name.length;
    const to = node.typeAnnotation?.start ?? node.end;
    const mark = this.text.slice(from, to).indexOf("?");
    if (mark >= 0) this.blankMark(from + mark);
  }

  private importEquals(node: Node, parent: Node): void {
    if (node.importKind === "type") {
      this.edits.blank(node.start, node.end, ";");
      return;
    }
    const keyword = this.script && parent.type === "Program" ? "var" : "const";
    const { moduleReference: target, id } = node;
    const value =
      target.type === "TSExternalModuleReference"
        ? `require(${target.expression.raw})`
        : this.text.slice(target.start, target.end);
    this.edits.replace(
      node.start,
      node.end,
      `${node.isExport && parent.type === "Program" ? "export " : ""}${keyword} ${id.name} = ${value};`,
    );
  }

  /** `this` as first parameter, and a line end where JavaScript wants none. */
  private functionHead(node: Node): void {
    const first = node.params[0];
    if (first?.type === "Identifier" && first.name === "this") {
      const comma = /^\s*,/.exec(this.text.slice(first.end))?.[0].length ?? 0;
      this.edits.blank(first.start, first.end + comma);
    }
    if (node.type !== "ArrowFunctionExpression") return;
    const { returnType, typeParameters } = node;
    if (returnType && hasLineEnd(this.text, returnType)) {
      const bracket = this.text.lastIndexOf(")", returnType.start);
      this.edits.blank(bracket, bracket + 1);
      this.edits.blank(returnType.start, returnType.end - 1);
      this.edits.replace(returnType.end - 1, returnType.end, ")");
      this.moved.add(returnType);
    }
    if (node.async && typeParameters && hasLineEnd(this.text, typeParameters)) {
      const bracket = this.text.indexOf("(", typeParameters.end);
      this.edits.replace(typeParameters.start, typeParameters.start + 1, "(");
      this.edits.blank(typeParameters.start + 1, bracket + 1);
      this.moved.add(typeParameters);
    }
  }

  private classHead(node: Node): void {
    if (node.abstract) this.blankWord("abstract", node.start, node.id?.start ?? node.body.start);
    if (node.implements?.length) {
      const from = (node.superTypeParameters ?? node.superClass ?? node.typeParameters ?? node.id)
        ?.end;
      const keyword = this.text.indexOf("implements", from ?? node.start);
      this.edits.blank(keyword, node.body.start);
    }
  }

  private blankWord(word: string, from: number, to: number): void {
    const at = this.text.slice(from, to).search(new RegExp(`\\b${word}\\b`));
    if (at >= 0) this.edits.blank(from + at, from + at + word.length);
  }

  private members(body: Node): void {
    let open = false;
    for (const member of body.body as Node[]) {
      if (isTypeMember(member)) {
        this.edits.blank(member.start, member.end, ";");
        open = false;
        continue;
      }
      if (member.key) this.modifiers(member, open);
      if (member.optional || member.definite) this.memberMark(member);
      open = member.type === "PropertyDefinition" && this.text[member.end - 1] !== ";";
    }
  }

  /** @param open Whether the member before could go on into what is left of this one. */
  private modifiers(member: Node, open: boolean): void {
    const from = member.decorators?.at(-1)?.end ?? member.start;
    const head = this.text.slice(from, member.key.start);
    for (const { 0: word, index } of head.matchAll(MODIFIER)) {
      const first = head.slice(0, index).trim() === "" && !member.decorators;
      this.edits.blank(from + index, from + index + word.length, open && first ? ";" : "");
    }
  }

  private memberMark(member: Node): void {
    const to = member.typeAnnotation?.start ?? member.value?.start ?? member.end;
    const from = member.key.end;
    const mark = this.text.slice(from, to).search(/[?!]/);
    if (mark >= 0) this.blankMark(from + mark);
  }

  /** Where a statement ended in a type and no semicolon, the next line must not join on. */
  private guardEnd(node: Node, parent: Node | undefined): void {
    if (parent?.type.startsWith("For")) return;
    if (!ENDS_BY_LINE.has(node.type) || this.text[node.end - 1] === ";") return;
    const tail = lastTypeOf(node);
    if (tail && tail.end === node.end) this.edits.blank(tail.start, tail.end, ";");
  }
}

const MODIFIER = /\b(?:private|public|protected|readonly|override|abstract|declare)\b/g;

const ENDS_BY_LINE = new Set([
  "ExpressionStatement",
  "VariableDeclaration",
  "ReturnStatement",
  "ThrowStatement",
  "PropertyDefinition",
  "ExportDefaultDeclaration",
]);

/** The range of type text that a statement ends with. */
function lastTypeOf(statement: Node): { start: number; end: number } | undefined {
  let node: Node | undefined = statement;
  while (node) {
    if (node.type === "TSAsExpression" || node.type === "TSSatisfiesExpression")
      return { start: node.expression.end, end: node.end };
    if (node.type === "TSNonNullExpression") return { start: node.expression.end, end: node.end };
    if (node.type === "TSInstantiationExpression") return node.typeArguments ?? node.typeParameters;
    if (node.type === "Identifier" || (node.type === "PropertyDefinition" && !node.value))
      return node.typeAnnotation;
    node = lastChild(node);
  }
  return undefined;
}

function lastChild(node: Node): Node | undefined {
  let last: Node | undefined;
  for (const key in node) {
    const value = node[key];
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child.type === "string" && child.end === node.end) last = child;
    }
  }
  return last;
}

const hasLineEnd = (text: string, node: Node): boolean =>
  /[\n\r\u2028\u2029]/.test(text.slice(node.start, node.end));
