/** Where library files come from unless a mirror is given. */
export const DEFAULT_CDN_URL = "https://cdn.jsdelivr.net/npm";

/** A library as clients are told of it. */
export interface Library {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** The one file of the npm package that is loaded: a plain script that defines the global. */
  readonly source: string;
  readonly type: "npm";
  readonly config: { readonly global: string };
  /** Of that file, as `sha384-<base64>`. */
  readonly integrity: string;
}

function library(
  id: string,
  version: string,
  file: string,
  global: string,
  description: string,
  integrity: string,
): Library {
  const source = `${DEFAULT_CDN_URL}/${id}@${version}/${file}`;
  return { id, name: id, version, description, source, type: "npm", config: { global }, integrity };
}

/** In the order in which clients see them. */
export const LIBRARY_CATALOG: readonly Library[] = [
  library(
    "lodash",
    "4.17.21",
    "lodash.min.js",
    "_",
    "Functions for arrays, objects, strings and collections",
    "sha384-H6KKS1H1WwuERMSm+54dYLzjg0fKqRK5ZRyASdbrI/lwrCc6bXEmtGYr5SwvP1pZ",
  ),
  library(
    "moment",
    "2.29.4",
    "min/moment.min.js",
    "moment",
    "Dates and times: parse, validate, format, calculate",
    "sha384-2xoILS8hBHw+Atyv/qJLEdk8dFdW1hbGjfeQ3G0GU3pGNPlqck0chRqjMTZ5blGf",
  ),
  library(
    "axios",
    "1.6.0",
    "dist/axios.min.js",
    "axios",
    "HTTP client; a session has no network, so only what needs none works",
    "sha384-VekiXfVDZuqx75T/YaGfn7/p6+e+D0f/G8UoZ5GBOCMZ89kMW4wTo8PSn6GSzOEl",
  ),
  library(
    "ramda",
    "0.29.0",
    "dist/ramda.min.js",
    "R",
    "Functional programming: curried functions on immutable data",
    "sha384-mLEKjsI6vTd9IqG8Ek3ASBjTnLYUzrs6QSvFW3+qkwPiX5pf+ltXsX+Xl7HJK3xF",
  ),
  library(
    "dayjs",
    "1.11.10",
    "dayjs.min.js",
    "dayjs",
    "Dates and times in 7 KB, with an interface like moment's",
    "sha384-DpVxUeeBWjUvUV1czyIHJAjh+jYUZFu2lLakbdua5vbwOrBGi1UgaKCHjTC+x3Ky",
  ),
  library(
    "zustand",
    "4.4.7",
    "umd/vanilla.production.js",
    "zustand",
    "State store; the build without React: create is createStore",
    "sha384-0q9V5QZFvhzZdFBxTULizIR2wT1eAQN9CuvkUMU+8mcvg+hxh1FvPHct1g5amZdp",
  ),
];

/**
 * What is run after a file that defines its global under another name than the catalog says.
 * zustand's main build needs React; its vanilla build defines `zustandVanilla`.
 */
export const EPILOGUES: Readonly<Record<string, string>> = {
  zustand:
    "\n;globalThis.zustand = zustandVanilla; zustand.create = zustand.createStore; delete globalThis.zustandVanilla;",
};

/** `<id>-<version>`: what templates store and cache files are called. */
export const canonicalNameOf = ({ id, version }: Library): string => `${id}-${version}`;

/** The library that `lodash`, `lodash-4.17.21` or `lodash@4.17.21` means. */
export function findLibrary(name: string): Library | undefined {
  const wanted = name.replace("@", "-");
  return LIBRARY_CATALOG.find((entry) => wanted === entry.id || wanted === canonicalNameOf(entry));
}

/** Where the file is fetched from, given the base that stands in for the default one. */
export const sourceUrl = (entry: Library, cdnUrl: string): string =>
  cdnUrl.replace(/\/+$/, "") + entry.source.slice(DEFAULT_CDN_URL.length);
