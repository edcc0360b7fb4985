import type { Edits } from "./source-edits.ts";
import type { Node } from "./source-syntax.ts";

/**
 * Static imports of a script, which a script cannot have: each becomes `var { … } = await import(…);`,
 * before anything else runs. The names are the exports' values at that moment, not live bindings, and
 * can be declared again. As with a static import, a name that the module does not export is an error.
 *
 * @param lenient In TypeScript a name may be a type's, which no module exports.
 * @returns How many there are, and the names.
 */
export function importDynamically(
  text: string,
  program: Node,
  edits: Edits,
  lenient: boolean,
): { readonly count: number; readonly names: readonly string[] } {
  const statements = program.body as Node[];
  const names: string[] = [];
  let count = 0;
  let leading = true;
  let hoisted = "";
  for (const node of statements) {
    if (node.type !== "ImportDeclaration") {
      if (!node.directive && node.type !== "EmptyStatement") leading = false;
      continue;
    }
    if (node.importKind === "type") continue;
    count++;
    const code = dynamicImport(text, node, lenient);
    if (leading) edits.replace(node.start, node.end, code);
    else {
      hoisted += `${code} `;
      edits.blank(node.start, node.end, ";");
    }
    for (const specifier of node.specifiers as Node[]) names.push(specifier.local.name);
  }
  if (hoisted) {
    const first = statements.find((s) => !s.directive)!;
    const behindDirective = first !== statements[0];
    edits.insert(first.start, behindDirective ? `; ${hoisted}` : hoisted);
  }
  return { count, names };
}

function dynamicImport(text: string, node: Node, lenient: boolean): string {
  const specifiers = (node.specifiers as Node[]).filter((s) => s.importKind !== "type");
  const wanted: string[] = [];
  let namespace: string | undefined;
  const bindings: string[] = [];
  for (const specifier of specifiers) {
    const local: string = specifier.local.name;
    if (specifier.type === "ImportNamespaceSpecifier") {
      namespace = local;
      continue;
    }
    const name =
      specifier.type === "ImportDefaultSpecifier"
        ? "default"
        : (specifier.imported.name ?? specifier.imported.value);
    wanted.push(JSON.stringify(name));
    bindings.push(`${JSON.stringify(name)}: ${local}`);
  }
  const attributes = attributesOf(text, node);
  const call = `await import(${node.source.raw}${attributes})`;
  if (wanted.length === 0) return namespace ? `var ${namespace} = ${call};` : `${call.slice(0)};`;
  const source = JSON.stringify(
    `The requested module '${node.source.value}' does not provide an export named '`,
  );
  const checked = lenient
    ? call
    : `((m, k) => { for (let i = 0; i < k.length; i++) if (!(k[i] in m)) throw new SyntaxError(${source} + k[i] + "'"); return m; })(${call}, [${wanted.join(", ")}])`;
  if (namespace) return `var ${namespace} = ${checked}, { ${bindings.join(", ")} } = ${namespace};`;
  return `var { ${bindings.join(", ")} } = ${checked};`;
}

function attributesOf(text: string, node: Node): string {
  if (!node.attributes?.length) return "";
  const list = (node.attributes as Node[]).map((a) => text.slice(a.start, a.end));
  return `, { with: { ${list.join(", ")} } }`;
}
