import type { Client } from "../client/client.ts";
import type { Globals } from "./globals.ts";
import { print, printJson } from "./output.ts";
import type { Invocation } from "./parse.ts";

/** What a command is given besides its own arguments. */
export interface Context {
  readonly globals: Globals;
  readonly env: Record<string, string | undefined>;
  /** Every value of a flag, in order; empty when it is not given. */
  list(flag: string): readonly string[];
  /** Every word that is no flag, in order. */
  readonly positionals: readonly string[];
  /** The daemon's client, loaded when first asked for. */
  client(): Promise<Client>;
  /** The result: as JSON with `--json`, else as the text. */
  result(value: unknown, text: () => string): void;
}

export function createContext(
  globals: Globals,
  env: Record<string, string | undefined>,
  { values, positionals }: Pick<Invocation, "values" | "positionals">,
): Context {
  let client: Promise<Client> | undefined;
  return {
    globals,
    env,
    positionals,
    list: (flag) => values.get(flag) ?? [],
    client() {
      client ??= connect(globals);
      return client;
    },
    result(value, text) {
      if (globals.json) printJson(value);
      else print(text());
    },
  };
}

async function connect(globals: Globals): Promise<Client> {
  const { createClient } = await import("../client/client.ts");
  if (globals.logLevel !== "debug") return createClient(globals.serverUrl);
  const [{ createLogger }, { loggingFetch }] = await Promise.all([
    import("./logger.ts"),
    import("./logging-fetch.ts"),
  ]);
  return createClient(globals.serverUrl, { fetch: loggingFetch(createLogger(globals)) });
}
