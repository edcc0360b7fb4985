const COLOURS = {
  keyword: 35,
  string: 32,
  number: 33,
  constant: 33,
  comment: 90,
  regexp: 31,
  special: 36,
} as const;
type Kind = keyof typeof COLOURS;

const coloured = (text: string, kind: Kind) => `\x1b[${COLOURS[kind]}m${text}\x1b[39m`;

const KEYWORDS =
  "as|async|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|export|extends|finally|for|from|function|if|implements|import|in|instanceof|interface|let|namespace|new|of|return|static|super|switch|this|throw|try|type|typeof|var|void|while|with|yield";
const CONSTANTS = "true|false|null|undefined|NaN|Infinity";

/** Alternatives of one token each; what none of them takes stays as it is. Unended ones run to the end. */
const TOKEN = new RegExp(
  [
    String.raw`(?<comment>//[^\n]*|/\*[\s\S]*?(?:\*/|$))`,
    String.raw`(?<string>"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?|${"`"}(?:[^${"`"}\\]|\\[\s\S])*${"`"}?)`,
    String.raw`(?<regexp>(?<=(?:^|[=(,:;!&|?{}[\n]|\breturn|\btypeof)\s*)/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*)`,
    String.raw`(?<number>(?<![\w$])(?:0[xob][\da-f_]+|\d[\d_]*\.?[\d_]*(?:e[+-]?\d+)?)n?)`,
    String.raw`(?<constant>(?<![\w$.])(?:${CONSTANTS})(?![\w$]))`,
    String.raw`(?<keyword>(?<![\w$.])(?:${KEYWORDS})(?![\w$:]))`,
    String.raw`[\p{ID_Start}$_][\p{ID_Continue}$]*`,
  ].join("|"),
  "giu",
);

/** Source text with its words coloured; approximate where only a parser could know. */
export function highlightSource(text: string): string {
  return text.replace(TOKEN, (token, ...rest) => {
    const groups = rest.at(-1) as Partial<Record<Kind, string>>;
    for (const kind in groups) {
      if (groups[kind as Kind] !== undefined) return eachLine(token, kind as Kind);
    }
    return token;
  });
}

const VALUE_TOKEN =
  /(?<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|(?<special>\[(?:Function|AsyncFunction|GeneratorFunction|AsyncGeneratorFunction|class|Circular|Getter|Setter|Object|Array|Map|Set)[^\]\n]*\]|<ref[^>\n]*>)|(?<number>(?<![\w$'])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?n?(?![\w$:]))|(?<constant>(?<![\w$.])(?:true|false|null|undefined|NaN|-?Infinity)(?![\w$:]))/g;

/** A preview with the values in it coloured. */
export function highlightValue(text: string): string {
  return text.replace(VALUE_TOKEN, (token, ...rest) => {
    const groups = rest.at(-1) as Partial<Record<Kind, string>>;
    for (const kind in groups) {
      if (groups[kind as Kind] !== undefined) return coloured(token, kind as Kind);
    }
    return token;
  });
}

/** Lines are drawn apart, so none may leave its colour to the next. */
const eachLine = (text: string, kind: Kind) =>
  text
    .split("\n")
    .map((line) => coloured(line, kind))
    .join("\n");
