import { VmError } from "../core/errors.ts";

/**
 * Keeps web pages that the user happens to visit from using the daemon.
 *
 * The Host rule ends DNS rebinding: a page of `evil.example` whose name was made to point here still
 * sends its own name. The Origin rule ends requests across sites; browsers that send Sec-Fetch-Site
 * are believed also where they send no Origin (images, scripts, links).
 */
export interface BrowserSafety {
  /** @throws VmError FORBIDDEN_HOST, FORBIDDEN_ORIGIN */
  check(headers: Headers): void;
  /** Headers that let a page of an allowed origin read the answer; none for anybody else. */
  corsHeaders(headers: Headers): Record<string, string>;
}

export interface BrowserSafetyOptions {
  /** The name or address that the daemon listens on, without a port. */
  readonly listenHost: string;
  /** `--allow-host`: names, with a port (then only with that one) or without. */
  readonly allowedHosts: readonly string[];
  /** `--allow-origin`: as browsers send them, `https://app.example`. */
  readonly allowedOrigins: readonly string[];
}

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;
const IP_LITERAL = /^(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[[0-9a-f:.]+\])$/;
const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

export function browserSafety(options: BrowserSafetyOptions): BrowserSafety {
  const hosts = new Set(options.allowedHosts.map((host) => host.toLowerCase()));
  const listenHost = bracketed(options.listenHost.toLowerCase());
  hosts.add(listenHost);
  // On all addresses every one of the machine's is the listen address. An address, unlike a name,
  // cannot be rebound.
  const anyAddress = listenHost === "0.0.0.0" || listenHost === "[::]";
  const origins = new Set(options.allowedOrigins.map((origin) => origin.toLowerCase()));

  const isAllowedHost = (host: string): boolean => {
    const name = HOST.exec(host)?.[1];
    if (name === undefined) return false;
    if (LOOPBACK.test(name) || hosts.has(name) || hosts.has(host)) return true;
    return anyAddress && IP_LITERAL.test(name);
  };

  return {
    check(headers) {
      const host = (headers.get("host") ?? "").toLowerCase();
      if (!isAllowedHost(host)) throw new VmError("FORBIDDEN_HOST", { details: { host } });
      const origin = headers.get("origin")?.toLowerCase();
      if (origin !== undefined) {
        if (origins.has(origin) || origin === `http://${host}`) return;
        throw new VmError("FORBIDDEN_ORIGIN", { details: { origin } });
      }
      const site = headers.get("sec-fetch-site");
      if (site !== null && site !== "none" && site !== "same-origin") {
        throw new VmError("FORBIDDEN_ORIGIN", { details: { sec_fetch_site: site } });
      }
    },
    corsHeaders(headers) {
      const origin = headers.get("origin");
      if (origin === null || !origins.has(origin.toLowerCase())) return {};
      return {
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "x-request-id, retry-after, allow",
        vary: "origin",
      };
    },
  };
}

const bracketed = (host: string) =>
  host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
