// What Node's own prompt makes of each snippet. In: [[input, …], …] as JSON on stdin. Out: as many answers.
"use strict";
const { Console } = require("node:console");
const { webcrypto } = require("node:crypto");
const { readFileSync, writeFileSync } = require("node:fs");
const repl = require("node:repl");
const { PassThrough, Writable } = require("node:stream");
const { inspect, types } = require("node:util");

const uncaught = [];
process.on("uncaughtException", (error) => uncaught.push(error));
process.on("unhandledRejection", (error) => uncaught.push(error));

/** Longer than any timer of a snippet. */
const TIMERS_MS = 80;
const turn = () => new Promise((done) => setImmediate(done));

function typeOf(value) {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return "array";
  const brands = {
    date: types.isDate,
    regexp: types.isRegExp,
    error: types.isNativeError,
    map: types.isMap,
    set: types.isSet,
    promise: types.isPromise,
    typedarray: types.isTypedArray,
    arraybuffer: types.isAnyArrayBuffer,
  };
  return Object.keys(brands).find((name) => brands[name](value)) ?? "object";
}

/** Objects of a prompt have their own Error: by its brand. */
const thrownText = (thrown) =>
  types.isNativeError(thrown) || thrown instanceof Error
    ? String(thrown)
    : typeof thrown === "string"
      ? thrown
      : inspect(thrown);

function prompt() {
  const lines = [];
  const sink = (level) =>
    new Writable({
      write(chunk, _encoding, done) {
        lines.push({ level, text: String(chunk).replace(/\n$/, "") });
        done();
      },
    });
  const server = repl.start({ input: new PassThrough(), output: new PassThrough(), prompt: "" });
  const console = new Console(sink("out"), sink("err"));
  Object.defineProperty(server.context, "console", { value: console, configurable: true });
  // The prompt's own getter of it refuses to be called on a prompt.
  Object.defineProperty(server.context, "crypto", { value: webcrypto });
  // What a session has not.
  server.context.process = undefined;
  const run = (input) =>
    new Promise((resolve) => {
      const done = (error, value) => resolve(error === null ? { value } : { error });
      // What the input throws goes to the prompt's domain, which would print it.
      server._domain.removeAllListeners("error");
      server._domain.on("error", (error) => {
        uncaught.push(error);
        resolve({ error });
      });
      try {
        server.eval(`${input}\n`, server.context, "REPL", done);
      } catch (error) {
        resolve({ error });
      }
    });
  return { lines, run, close: () => server.close() };
}

async function answer(inputs) {
  const { lines, run, close } = prompt();
  let result = {};
  for (const input of inputs) {
    lines.length = 0;
    uncaught.length = 0;
    result = await run(input);
    if ("value" in result && types.isPromise(result.value)) {
      result = await result.value.then(
        (value) => ({ value }),
        (error) => ({ error }),
      );
    }
    if (/setTimeout|setInterval/.test(input))
      await new Promise((done) => setTimeout(done, TIMERS_MS));
    await turn();
    await turn();
    if ("value" in result && uncaught.length > 0) result = { error: uncaught[0] };
  }
  close();
  const console = lines.map(({ level, text }) => `${level}: ${text}`);
  if ("error" in result) {
    // Input that could go on is no error yet at a prompt.
    const error = result.error instanceof repl.Recoverable ? result.error.err : result.error;
    return { console, thrown: thrownText(error) };
  }
  const { value } = result;
  const preview =
    typeof value === "string" ? value : typeof value === "symbol" ? String(value) : inspect(value);
  return { console, type: typeOf(value), preview };
}

(async () => {
  const answers = [];
  for (const inputs of JSON.parse(readFileSync(0, "utf8"))) answers.push(await answer(inputs));
  writeFileSync(1, JSON.stringify(answers));
  process.exit(0);
})();
