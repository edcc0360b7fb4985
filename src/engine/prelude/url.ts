import { callHost } from "./host.ts";
import { unmarshalAnswer } from "./marshal.ts";
import { missingArgument } from "./missing-argument.ts";
import {
  coerce,
  hide,
  NativeTypeError,
  quote,
  symbolFor,
  symbolToStringTag,
  toWellFormed,
} from "./primordials.ts";
import { paramsChanged, setParamsText, URLSearchParams } from "./url-search-params.ts";

/** The parts of a URL, as the host's own parser gives them. */
interface Parts {
  href: string;
  origin: string;
  protocol: string;
  username: string;
  password: string;
  host: string;
  hostname: string;
  port: string;
  pathname: string;
  search: string;
  hash: string;
}

type Settable = Exclude<keyof Parts, "origin">;

function ask(request: string): Parts | null {
  return unmarshalAnswer(callHost("url", request) as string) as Parts | null;
}

function parse(url: unknown, base: unknown): Parts | null {
  const request = `{"url":${quote(toWellFormed(coerce(url)))}`;
  return ask(
    base === undefined ? `${request}}` : `${request},"base":${quote(toWellFormed(coerce(base)))}}`,
  );
}

function invalidUrl(input: unknown, base: unknown): Error {
  const error = new NativeTypeError("Invalid URL") as Error & Record<string, unknown>;
  error.code = "ERR_INVALID_URL";
  error.input = coerce(input);
  if (base !== undefined) error.base = coerce(base);
  return error;
}

class URL {
  #parts: Parts;
  #params: URLSearchParams | undefined;

  constructor(url: unknown, base?: unknown) {
    // biome-ignore lint/complexity/noArguments: a rest parameter would change the length
    if (arguments.length === 0) throw missingArgument('"url" argument');
    const parts = parse(url, base);
    if (parts === null) throw invalidUrl(url, base);
    this.#parts = parts;
  }
  static canParse(url: unknown, base?: unknown): boolean {
    // biome-ignore lint/complexity/noArguments: a rest parameter would change the length
    if (arguments.length === 0) throw missingArgument('"url" argument');
    return parse(url, base) !== null;
  }
  static parse(url: unknown, base?: unknown): URL | null {
    return parse(url, base) === null ? null : new URL(url, base);
  }

  #set(name: Settable, value: unknown): void {
    const text = toWellFormed(coerce(value));
    const parts = ask(`{"url":${quote(this.#parts.href)},"set":["${name}",${quote(text)}]}`);
    if (parts === null) {
      if (name === "href") throw invalidUrl(value, undefined);
      return;
    }
    this.#parts = parts;
    if (this.#params !== undefined) setParamsText(this.#params, parts.search);
  }

  get href() {
    return this.#parts.href;
  }
  set href(value: string) {
    this.#set("href", value);
  }
  get origin() {
    return this.#parts.origin;
  }
  get protocol() {
    return this.#parts.protocol;
  }
  set protocol(value: string) {
    this.#set("protocol", value);
  }
  get username() {
    return this.#parts.username;
  }
  set username(value: string) {
    this.#set("username", value);
  }
  get password() {
    return this.#parts.password;
  }
  set password(value: string) {
    this.#set("password", value);
  }
  get host() {
    return this.#parts.host;
  }
  set host(value: string) {
    this.#set("host", value);
  }
  get hostname() {
    return this.#parts.hostname;
  }
  set hostname(value: string) {
    this.#set("hostname", value);
  }
  get port() {
    return this.#parts.port;
  }
  set port(value: string) {
    this.#set("port", value);
  }
  get pathname() {
    return this.#parts.pathname;
  }
  set pathname(value: string) {
    this.#set("pathname", value);
  }
  get search() {
    return this.#parts.search;
  }
  set search(value: string) {
    this.#set("search", value);
  }
  get hash() {
    return this.#parts.hash;
  }
  set hash(value: string) {
    this.#set("hash", value);
  }
  get searchParams(): URLSearchParams {
    if (this.#params === undefined) {
      this.#params = new URLSearchParams(this.#parts.search);
      paramsChanged(this.#params, (text) => {
        const parts = ask(`{"url":${quote(this.#parts.href)},"set":["search",${quote(text)}]}`);
        if (parts !== null) this.#parts = parts;
      });
    }
    return this.#params;
  }
  toString(): string {
    return this.#parts.href;
  }
  toJSON(): string {
    return this.#parts.href;
  }
  [symbolFor("nodejs.util.inspect.custom")](
    depth: number,
    options: object,
    inspect: (value: unknown, options?: object) => string,
  ): unknown {
    if (depth < 0) return this;
    const { href, origin, hash, ...between } = this.#parts;
    const { searchParams } = this;
    return `URL ${inspect({ href, origin, ...between, searchParams, hash }, options)}`;
  }
  static hrefOf(value: object): string | undefined {
    return #parts in value ? value.#parts.href : undefined;
  }
}
/** The text of a URL object; undefined of anything else. */
export const urlHref = URL.hrefOf;
delete (URL as Partial<typeof URL>).hrefOf;
hide(URL.prototype, symbolToStringTag, "URL");

export { URL };
