import { prepareScript } from "./source.ts";

/** What nearly every program has, once: whatever else is here costs more than it saves. */
const SAMPLE = `
class A {
  constructor(b) { this.b = b; }
  c(d) { this.b.push(d); return this; }
}
const e = new A([]).c({ f: 1 });
console.log(\`\${e} g\`, [1].map((h) => h * 2));
`;

const TYPED_SAMPLE = `
interface I { readonly j: string; k?: L[] }
class L {
  private m: I[] = [];
  n(o: I): number { return this.m.length; }
}
${SAMPLE}`;

/**
 * Loads the parser and takes it through a small program, for a process that will soon need it and
 * has time now: what follows is read in half the time.
 */
export function warmParser(language: "js" | "ts"): void {
  if (language === "ts") prepareScript(TYPED_SAMPLE, "sample.ts");
  else prepareScript(SAMPLE, "sample.js", { read: true });
}
