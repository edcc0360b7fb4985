import type { Edits } from "./source-edits.ts";
import { SourceError } from "./source-error.ts";
import type { Node } from "./source-syntax.ts";
import { walk } from "./source-walk.ts";

/**
 * Decorators of the ECMAScript proposal (as TypeScript 5 has them without experimentalDecorators), and
 * `accessor` members. The decorators' expressions stay where they stand, as parts of computed keys, so
 * they are evaluated in their order; a static block at the head of the class applies them.
 *
 * @param script Whether top-level classes are bound by makeRedeclarable.
 * @throws SourceError for decorators of parameters and of private members
 */
export function lowerDecorators(text: string, program: Node, edits: Edits, script: boolean): void {
  walk(program, (node, parent) => {
    if (node.type === "Identifier" && node.decorators?.length)
      throw SourceError.at(
        text,
        node.decorators[0].start,
        "Decorators of parameters are not supported",
      );
    if (node.type !== "ClassDeclaration" && node.type !== "ClassExpression") return;
    const members = node.body.body as Node[];
    const decorated =
      node.decorators?.length || members.some((m) => m.decorators?.length || m.accessor);
    if (decorated && !node.declare) new ClassLowering(text, node, parent!, edits, script).run();
  });
}

type Kind = "method" | "getter" | "setter" | "field" | "accessor";

interface Element {
  readonly index: number;
  readonly kind: Kind;
  readonly static: boolean;
  readonly key: string;
}

/** What every decorated class carries along: a class is one expression, and needs nothing beside it. */
const RUNTIME = [
  "const $run = (list, self, value) => { for (let i = 0; i < list.length; i++) value = list[i].call(self, value); return value; };",
  "const $extra = (list, self) => { for (let i = 0; i < list.length; i++) list[i].call(self); };",
  "const $meta = Object.create(null);",
  "const $context = (kind, name, isStatic, access, extra) => { const context = { kind, name, metadata: $meta, addInitializer(f) { if (typeof f !== 'function') throw new TypeError('An initializer must be a function'); extra.push(f); } };",
  "if (access) { context.static = isStatic; context.private = false; context.access = access; } return context; };",
  "const $apply = (list, kind, name, isStatic, home, inits, extra) => {",
  "const part = { method: 'value', getter: 'get', setter: 'set' }[kind]; const found = kind === 'field' ? undefined : Object.getOwnPropertyDescriptor(home, name);",
  "const access = { has: (o) => name in o }; if (kind !== 'setter') access.get = (o) => o[name]; if (kind !== 'method' && kind !== 'getter') access.set = (o, v) => { o[name] = v; };",
  "for (let i = list.length - 1; i >= 0; i--) { const value = kind === 'field' ? undefined : kind === 'accessor' ? { get: found.get, set: found.set } : found[part];",
  "const made = list[i](value, $context(kind, name, isStatic, access, extra)); if (made === undefined) continue;",
  "if (kind === 'field') inits.unshift(made); else if (kind === 'accessor') { if (made.get) found.get = made.get; if (made.set) found.set = made.set; if (made.init) inits.unshift(made.init); } else found[part] = made; }",
  "if (found) Object.defineProperty(home, name, found); };",
  "const $class = (list, target, name, extra) => { for (let i = list.length - 1; i >= 0; i--) target = list[i](target, $context('class', name, false, undefined, extra)) ?? target;",
  "if (Symbol.metadata) Object.defineProperty(target, Symbol.metadata, { configurable: true, writable: true, value: $meta }); return target; };",
].join(" ");

class ClassLowering {
  private readonly elements: Element[] = [];
  private readonly name: string;
  private readonly declaration: boolean;

  constructor(
    private readonly text: string,
    private readonly node: Node,
    private readonly parent: Node,
    private readonly edits: Edits,
    private readonly script: boolean,
  ) {
    this.declaration = node.type === "ClassDeclaration";
    this.name =
      node.id?.name ?? (parent.type === "VariableDeclarator" ? parent.id.name : undefined) ?? "";
  }

  run(): void {
    for (const member of this.node.body.body as Node[]) {
      if (member.decorators?.length || member.accessor) this.member(member);
    }
    this.wrap();
    // Before what a first member that begins right here becomes.
    this.edits.append(this.node.body.start + 1, this.applications());
  }

  private member(member: Node): void {
    const decorators: Node[] = member.decorators ?? [];
    if (member.key.type === "PrivateIdentifier" && decorators.length > 0)
      throw SourceError.at(
        this.text,
        member.start,
        "Decorators of private members are not supported",
      );
    const index = this.elements.length;
    const head = this.text
      .slice(decorators.at(-1)?.end ?? member.start, member.key.start)
      .replace(/\b(?:public|private|protected|readonly|override|accessor)\b|\[\s*$/g, "")
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")
      .replace(/\s+/g, " ");
    const key = `$key${index}`;
    const start = decorators[0]?.start ?? member.start;
    const kind = kindOf(member);
    const opening = decorators.length > 0 ? `($list${index} = [` : "(";
    const prefix = kind === "accessor" ? `${head.trim()} get [` : `${head} [`;
    if (decorators.length === 0) this.edits.insert(start, `${prefix}${opening}`);
    for (const [i, decorator] of decorators.entries()) {
      const at = decorator.start + this.text.slice(decorator.start).indexOf("@");
      this.edits.replace(at, at + 1, i === 0 ? `${prefix}${opening}` : ", ");
    }
    const close = decorators.length > 0 ? "], " : "";
    this.edits.blank(decorators.at(-1)?.end ?? member.start, member.key.start);
    const isPrivate = member.key.type === "PrivateIdentifier";
    if (isPrivate)
      throw SourceError.at(this.text, member.start, "Private accessors are not supported");
    if (member.computed) {
      const bracket = this.text.indexOf("]", member.key.end);
      this.edits.insert(member.key.start, `${close}${key} = $toKey(`);
      this.edits.replace(bracket, bracket + 1, "))]");
    } else {
      const name =
        member.key.type === "Identifier" ? JSON.stringify(member.key.name) : member.key.raw;
      this.edits.replace(
        member.key.start,
        member.key.start + (member.key.raw ?? member.key.name).length,
        `${close}${key} = ${name})]`,
      );
    }
    this.elements.push({ index, kind, static: member.static === true, key });
    if (kind === "field" || kind === "accessor")
      this.field(member, index, kind, decorators.length > 0);
  }

  private field(member: Node, index: number, kind: Kind, decorated: boolean): void {
    const isStatic = member.static === true;
    const word = isStatic ? "static " : "";
    const end = this.text[member.end - 1] === ";" ? member.end - 1 : member.end;
    const keyEnd =
      member.typeAnnotation?.end ??
      member.key.end + (member.computed ? this.text.slice(member.key.end).indexOf("]") + 1 : 0);
    const storage = `#$value${index}`;
    if (kind === "accessor") {
      const accessor = `() { return this.${storage}; } ${word}set [$key${index}](value) { this.${storage} = value; } ${word}${storage}`;
      this.edits.insert(keyEnd, accessor);
    }
    if (decorated) {
      if (member.value) {
        this.edits.insert(member.value.start, `$run($inits${index}, this, `);
        this.edits.insert(member.value.end, ")");
      } else this.edits.insert(keyEnd, ` = $run($inits${index}, this, void 0)`);
      this.edits.insert(end, `; ${word}#$after${index} = $extra($extra${index}, this);`);
    }
    if (!decorated && this.text[member.end - 1] !== ";") this.edits.insert(member.end, ";");
  }

  /** The static block that applies what was collected, and what instances run first. */
  private applications(): string {
    const order = (e: Element) => (e.kind === "field" ? 2 : 0) + (e.static ? 0 : 1);
    const decorated = this.elements.filter((e) => this.isDecorated(e.index));
    const calls = [...decorated]
      .sort((a, b) => order(a) - order(b) || a.index - b.index)
      .map((e) => {
        const home = e.static ? "this" : "this.prototype";
        return `$apply($list${e.index}, "${e.kind}", $key${e.index}, ${e.static}, ${home}, $inits${e.index}, ${this.extraOf(e)});`;
      });
    const name = JSON.stringify(this.name);
    const binding = this.binding();
    if (this.node.decorators?.length)
      calls.push(`${binding} = $class($classList, this, ${name}, $classExtra);`);
    const first = decorated.some((e) => !e.static)
      ? " #$first = $extra($instanceExtra, this);"
      : "";
    return ` static { ${binding} = this; ${calls.join(" ")} $extra($staticExtra, this); }${first}`;
  }

  private extraOf(e: Element): string {
    if (e.kind === "field" || e.kind === "accessor") return `$extra${e.index}`;
    return e.static ? "$staticExtra" : "$instanceExtra";
  }

  private isDecorated(index: number): boolean {
    return this.decoratedMembers()[index] === true;
  }

  private decoratedMembers(): boolean[] {
    return (this.node.body.body as Node[])
      .filter((m) => m.decorators?.length || m.accessor)
      .map((m) => (m.decorators?.length ?? 0) > 0);
  }

  private binding(): string {
    return this.node.id?.name ?? "$this";
  }

  /** Class keyword and name become a named value in a function that holds the lists. */
  private wrap(): void {
    const { node, parent, text, edits } = this;
    const binding = this.binding();
    const lists = this.elements.map(
      (e) => `$list${e.index}, $key${e.index}, $inits${e.index} = [], $extra${e.index} = []`,
    );
    const variables = [
      binding,
      "$classList",
      "$classExtra = []",
      "$staticExtra = []",
      "$instanceExtra = []",
      ...lists,
    ];
    const toKey = "const $toKey = (key) => typeof key === 'symbol' ? key : String(key);";
    const head = `(() => { ${RUNTIME} ${toKey} let ${variables.join(", ")};`;
    const decorators: Node[] = node.decorators ?? [];
    const keyword = this.keywordAt();
    const exported = parent.type === "ExportNamedDeclaration";
    const isDefault = parent.type === "ExportDefaultDeclaration";
    const bound = this.script && parent.type === "Program";
    const bind = this.declaration && node.id && !bound ? `let ${node.id.name} = ` : "";
    const outside =
      decorators.length > 0 && (exported || isDefault) && decorators[0]!.start < parent.start;
    const start = decorators.length > 0 && !outside ? decorators[0]!.start : keyword;
    // `@d export class`: the export comes first, the decorators' text moves behind it.
    const moved = outside
      ? decorators.map((d) => text.slice(d.start, d.end).replace(/^\s*@/, ""))
      : [];
    if (outside) for (const d of decorators) edits.blank(d.start, d.end);
    const list = moved.length > 0 ? ` $classList = [${moved.join(", ")}];` : "";
    if (isDefault && node.id) edits.blank(parent.start, start);
    edits.insert(start, `${bind}${head}${list}`);
    if (!outside) {
      for (const [i, d] of decorators.entries()) {
        const at = d.start + text.slice(d.start).indexOf("@");
        edits.replace(at, at + 1, i === 0 ? " $classList = [" : ", ");
      }
      if (decorators.length > 0) edits.insert(decorators.at(-1)!.end, "];");
    }
    edits.insert(keyword, ` ({ ${JSON.stringify(this.name)}: `);
    if (node.id) edits.blank(node.id.start, node.id.start + node.id.name.length);
    const tail = ` }); $extra($classExtra, ${binding}); return ${binding}; })()`;
    const end =
      isDefault && node.id
        ? `; export { ${node.id.name} as default };`
        : bind || isDefault
          ? ";"
          : "";
    edits.append(node.end, tail + end);
  }

  private keywordAt(): number {
    const from = this.node.decorators?.at(-1)?.end ?? this.node.start;
    const head = this.text.slice(from, this.node.body.start);
    return from + Math.max(0, head.search(/\bclass\b/));
  }
}

function kindOf(member: Node): Kind {
  if (member.accessor) return "accessor";
  if (member.type === "PropertyDefinition") return "field";
  if (member.kind === "get") return "getter";
  return member.kind === "set" ? "setter" : "method";
}
