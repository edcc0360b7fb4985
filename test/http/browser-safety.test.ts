import { describe, expect, test } from "bun:test";
import { VmError } from "../../src/core/errors.ts";
import { type BrowserSafetyOptions, browserSafety } from "../../src/http/browser-safety.ts";

const OPTIONS: BrowserSafetyOptions = {
  listenHost: "127.0.0.1",
  allowedHosts: [],
  allowedOrigins: [],
};

function verdict(headers: Record<string, string>, options: Partial<BrowserSafetyOptions> = {}) {
  try {
    browserSafety({ ...OPTIONS, ...options }).check(new Headers(headers));
    return "passes";
  } catch (error) {
    return error instanceof VmError ? error.code : error;
  }
}

describe("the Host header", () => {
  test.each(["localhost", "LOCALHOST:3210", "127.0.0.1", "127.8.9.1:80", "[::1]", "[::1]:3210"])(
    "%s is a loopback name",
    (host) => expect(verdict({ host })).toBe("passes"),
  );

  test.each([
    "evil.example",
    "localhost.evil.example",
    "evil.localhost",
    "127.0.0.1.evil.example",
    "evil.example@localhost",
    "localhost:x",
    "localhost:1:2",
    "localhost, evil.example",
    "10.0.0.1",
    "0.0.0.0",
    "",
  ])("%p is foreign", (host) => expect(verdict({ host })).toBe("FORBIDDEN_HOST"));

  test("is needed", () => expect(verdict({})).toBe("FORBIDDEN_HOST"));

  test("may be the listen address", () => {
    expect(verdict({ host: "vm.lan:3210" }, { listenHost: "vm.lan" })).toBe("passes");
    expect(verdict({ host: "[fd00::7]:3210" }, { listenHost: "fd00::7" })).toBe("passes");
  });

  test("may be any address where the daemon listens on all, and no name", () => {
    expect(verdict({ host: "10.0.0.1:3210" }, { listenHost: "0.0.0.0" })).toBe("passes");
    expect(verdict({ host: "[fd00::7]" }, { listenHost: "::" })).toBe("passes");
    expect(verdict({ host: "evil.example" }, { listenHost: "0.0.0.0" })).toBe("FORBIDDEN_HOST");
  });

  test("may be an allowed one; with a port, only with that", () => {
    const allowedHosts = ["vm.example", "Other.example:8443"];
    expect(verdict({ host: "VM.example:1" }, { allowedHosts })).toBe("passes");
    expect(verdict({ host: "other.example:8443" }, { allowedHosts })).toBe("passes");
    expect(verdict({ host: "other.example" }, { allowedHosts })).toBe("FORBIDDEN_HOST");
  });
});

describe("the origin", () => {
  const host = "127.0.0.1:3210";

  test.each([{}, { origin: "http://127.0.0.1:3210" }, { "sec-fetch-site": "none" }])(
    "%p is the daemon's own or nobody's",
    (headers) => expect(verdict({ host, ...headers } as Record<string, string>)).toBe("passes"),
  );

  test.each([
    { origin: "null" },
    { origin: "https://evil.example" },
    { origin: "http://127.0.0.1:8080" },
    { origin: "https://127.0.0.1:3210" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ])("%p is foreign", (headers) =>
    expect(verdict({ host, ...headers } as Record<string, string>)).toBe("FORBIDDEN_ORIGIN"),
  );

  test("may be an allowed one, and may then read the answer", () => {
    const safety = browserSafety({ ...OPTIONS, allowedOrigins: ["https://App.example"] });
    const headers = new Headers({
      host,
      origin: "https://app.example",
      "sec-fetch-site": "cross-site",
    });
    safety.check(headers);
    expect(safety.corsHeaders(headers)).toMatchObject({
      "access-control-allow-origin": "https://app.example",
    });
    expect(safety.corsHeaders(new Headers({ host, origin: "https://evil.example" }))).toEqual({});
  });
});
