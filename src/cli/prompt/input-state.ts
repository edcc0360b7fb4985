import { tsPlugin } from "@sveltejs/acorn-typescript";
import { type Options, Parser } from "acorn";

const OPTIONS: Options = {
  ecmaVersion: "latest",
  sourceType: "script",
  allowAwaitOutsideFunction: true,
  allowImportExportEverywhere: true,
  allowHashBang: true,
};

/**
 * Whether more is to come before an input can be run. What is wrong however it goes on is not: the
 * session says what is wrong with it.
 */
export function isIncomplete(text: string): boolean {
  const javascript = read(text, "js");
  if (javascript !== "wrong") return javascript === "incomplete";
  // An object, which a program cannot begin with.
  if (/^\s*\{/.test(text) && read(`(${text}`, "js") === "incomplete") {
    return read(`(${text})`, "js") !== "whole";
  }
  return read(text, "ts") === "incomplete";
}

function read(text: string, language: "js" | "ts"): "whole" | "incomplete" | "wrong" {
  try {
    (language === "js" ? Parser : typeParser()).parse(text, {
      ...OPTIONS,
      locations: language === "ts", // The plugin asks for it.
    });
    return "whole";
  } catch (error) {
    const { pos, message } = error as { pos?: number; message: string };
    if (/^Unterminated (template|comment)/.test(message)) return "incomplete";
    if (pos === undefined || /^Unterminated string/.test(message)) return "wrong";
    return text.slice(pos).trim() === "" ? "incomplete" : "wrong";
  }
}

/** Made at the first input that needs it. */
let typescript: typeof Parser | undefined;

function typeParser(): typeof Parser {
  typescript ??= Parser.extend(tsPlugin({ jsx: false }) as never) as unknown as typeof Parser;
  return typescript;
}
