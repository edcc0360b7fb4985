import { prepareScript } from "./source.ts";

/** What nearly every program has, once each: whatever else is here costs more than it saves. */
const SAMPLE = `
const { a, b = [] } = { a: 1 };
class C {
  constructor(d) { this.d = d; }
  e(f) { this.d.push(...f); return this; }
}
function g(h = 1) {
  if (h > 1) return null;
  for (const i of b) h += i;
  return h;
}
let j = b.map((k) => k.l * 2);
console.log(\`\${a} m\`, new C("n").e([j, g()]));
`;

const TYPED_SAMPLE = `
interface P { readonly p: string; q?: R[] }
class R {
  private s: Map<string, P> = new Map();
  t(u: P, v = 1): number { return this.s.size as number; }
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
