import { type Node, parse } from "acorn";

/**
 * Bundles the prelude into one classic script whose completion value is `boot`. Runs as a macro, while
 * bundle.ts is loaded or compiled: a program that was built carries only the text.
 */
export function buildPrelude(): string {
  const entry = `${import.meta.dir}/boot.ts`;
  const build = Bun.spawnSync(
    [process.execPath, "build", entry, "--format=esm", "--target=browser", "--minify"],
    { stdout: "pipe", stderr: "pipe", env: {} },
  );
  if (build.exitCode !== 0) throw new Error(`The prelude does not bundle: ${build.stderr}`);
  const text = build.stdout.toString();
  const exported = /export\s*\{\s*(\S+) as boot\s*\};?\s*$/.exec(text);
  if (!exported) throw new Error("The prelude's bundle does not export boot");
  const body = withoutTemplates(text.slice(0, exported.index));
  return `(function(){"use strict";${body}\nreturn ${exported[1]}})()\n`;
}

/**
 * Template literals as sums: the engine makes them by a call of `String.prototype.concat`, which a
 * guest may have replaced.
 */
function withoutTemplates(code: string): string {
  const templates: Template[] = [];
  collect(parse(code, { ecmaVersion: "latest", sourceType: "module" }), templates);
  const rewrite = (start: number, end: number): string => {
    let result = "";
    let at = start;
    for (const template of templates) {
      if (template.start < at || template.end > end) continue;
      result += code.slice(at, template.start) + sumOf(template, rewrite);
      at = template.end;
    }
    return result + code.slice(at, end);
  };
  return rewrite(0, code.length);
}

interface Template extends Node {
  readonly quasis: readonly { readonly value: { readonly cooked: string } }[];
  readonly expressions: readonly Node[];
}

function sumOf(template: Template, rewrite: (start: number, end: number) => string): string {
  const terms = [JSON.stringify(template.quasis[0]!.value.cooked)];
  template.expressions.forEach((expression, index) => {
    terms.push(`(${rewrite(expression.start, expression.end)})`);
    const { cooked } = template.quasis[index + 1]!.value;
    if (cooked !== "") terms.push(JSON.stringify(cooked));
  });
  return `(${terms.join("+")})`;
}

/** In the order of their beginnings, outer ones first. */
function collect(node: Node, into: Template[]): void {
  if (node.type === "TaggedTemplateExpression") throw new Error("No tagged templates here");
  if (node.type === "TemplateLiteral") into.push(node as Template);
  const children = Object.values(node)
    .flat()
    .filter((child): child is Node => typeof child?.type === "string");
  for (const child of children.sort((a, b) => a.start - b.start)) collect(child, into);
}
