import { extensionOf, isInstalled } from "./loader-path.ts";
import { parse } from "./source-syntax.ts";

export type FileFormat = "esm" | "cjs" | "json";

/**
 * What a file is: by its extension, then by the `type` of its package, then by what it says.
 *
 * @param packageType `type` of the nearest package.json
 * @param esm `runtime.esm`: what the worktree's own files are where nothing else tells
 */
export function formatOf(
  path: string,
  text: string,
  packageType: () => string | undefined,
  esm: boolean,
): FileFormat {
  switch (extensionOf(path)) {
    case ".json":
      return "json";
    case ".mjs":
    case ".mts":
      return "esm";
    case ".cjs":
    case ".cts":
      return "cjs";
  }
  const type = packageType();
  if (type === "module") return "esm";
  if (type === "commonjs") return "cjs";
  if (hasModuleSyntax(text, path)) return "esm";
  return esm && !isInstalled(path) && !COMMONJS_WORDS.test(text) ? "esm" : "cjs";
}

const COMMONJS_WORDS = /\b(?:module|exports|require)\b/;

const LOOKS_LIKE_MODULE =
  /(?:^|[;}\n\r]|\*\/)[ \t]*(?:import\s*(?:["'{*]|[\p{ID_Start}$_])|export\s*(?:[{*]|default\b|const\b|let\b|var\b|function\b|class\b|async\b|type\b|interface\b|enum\b|namespace\b|abstract\b|declare\b)|import\s*\.\s*meta)/u;

/** Whether the text imports or exports as only a module can. The quick look is confirmed by reading. */
function hasModuleSyntax(text: string, path: string): boolean {
  if (!LOOKS_LIKE_MODULE.test(text)) return false;
  if (/^(?:import|export)\b/m.test(text) && !COMMONJS_WORDS.test(text)) return true;
  try {
    const { program } = parse(text, path.endsWith("ts") ? "ts" : "js", "module");
    return (program.body as { type: string }[]).some(
      ({ type }) => /^(?:Import|Export)/.test(type) || type === "TSExportAssignment",
    );
  } catch {
    try {
      parse(text, path.endsWith("ts") ? "ts" : "js", "commonjs");
      return false;
    } catch {
      return true;
    }
  }
}
