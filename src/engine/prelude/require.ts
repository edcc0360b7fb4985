import { callHost } from "./host.ts";
import { faultOf } from "./json-fault.ts";
import { marshal, unmarshalAnswer } from "./marshal.ts";
import {
  coerce,
  hide,
  join,
  jsonParse,
  list,
  mapDelete,
  mapEntries,
  mapGet,
  mapNext,
  mapSet,
  NativeMap,
  NativeSyntaxError,
  NativeTypeError,
  native,
  objectDefineProperty,
  push,
  quote,
  record,
  reflectApply,
} from "./primordials.ts";

/** As Node has it, for CommonJS files. */
interface Module {
  readonly id: string;
  readonly filename: string;
  readonly path: string;
  exports: unknown;
  loaded: boolean;
  readonly children: Module[];
}

type Require = ((specifier: string) => unknown) & { resolve(specifier: string): string };

/** What the host answers to `resolve`; engine/loader-protocol.ts. */
type Resolved =
  | { kind: "native"; id: string; name: string; functions: string[] }
  | { kind: "json"; id: string; path: string; text: string }
  | { kind: "cjs"; id: string; path: string; filename: string; dirname: string }
  | { kind: "esm"; id: string; path: string };

/** Every module once in a session, by the host's id of this version of its file. */
const modules = new NativeMap<string, Module>();

function resolve(request: string): Resolved {
  return record(unmarshalAnswer(callHost("resolve", request) as string) as Resolved);
}

/** `require` as a CommonJS file sees it; `from` is "" at a prompt and in scripts. */
function makeRequire(from: string, parent: Module | undefined): Require {
  const ask = (specifier: unknown): Resolved => {
    if (typeof specifier !== "string" || specifier === "") {
      throw new NativeTypeError('The "id" argument must be a non-empty string');
    }
    return resolve(`{"specifier":${quote(specifier)},"from":${quote(from)}}`);
  };
  const require = native("require", 1, (specifier: unknown) => load(ask(specifier), parent));
  hide(
    require,
    "resolve",
    native("resolve", 1, (specifier: unknown) => {
      const found = ask(specifier);
      if (found.kind === "native") return found.name;
      return found.kind === "cjs" ? found.filename : `/${found.path}`;
    }),
  );
  return require as unknown as Require;
}

function load(found: Resolved, parent: Module | undefined): unknown {
  const known = mapGet(modules, found.id);
  if (known !== undefined) return known.exports;
  if (found.kind === "esm") return importNamespace(found.id);
  const module = makeModule(found);
  mapSet(modules, found.id, module);
  if (parent !== undefined) push(parent.children, module);
  try {
    fill(module, found);
  } catch (error) {
    mapDelete(modules, found.id);
    throw error;
  }
  module.loaded = true;
  return module.exports;
}

function makeModule(found: Exclude<Resolved, { kind: "esm" }>): Module {
  const filename =
    found.kind === "native" ? found.name : found.kind === "cjs" ? found.filename : `/${found.path}`;
  const path = found.kind === "cjs" ? found.dirname : "/";
  return { id: filename, path, exports: {}, filename, loaded: false, children: [] };
}

function fill(module: Module, found: Exclude<Resolved, { kind: "esm" }>): void {
  if (found.kind === "native") module.exports = facade(found.name, found.functions);
  else if (found.kind === "json") module.exports = parseJsonFile(found);
  else {
    const wrapper = ownValue(callHost("compile", `{"id":${quote(found.id)}}`)) as () => void;
    const require = makeRequire(found.id, module);
    hide(module, "require", require);
    const args = [module.exports, require, module, found.filename, found.dirname];
    reflectApply(wrapper, module.exports, args);
  }
}

function parseJsonFile(found: { path: string; text: string }): unknown {
  try {
    return jsonParse(found.text);
  } catch {
    const fault = faultOf(found.text) ?? "Not valid JSON";
    throw new NativeSyntaxError(`${found.path}: ${fault}`);
  }
}

function importNamespace(id: string): unknown {
  const loading = list<string>();
  const iterator = mapEntries(modules);
  for (;;) {
    const step = mapNext(iterator);
    if (step.done === true) break;
    if (!step.value[1].loaded) push(loading, quote(step.value[0]));
  }
  return ownValue(callHost("import", `{"id":${quote(id)},"loading":[${join(loading, ",")}]}`));
}

/** The guest's own value that the host answers with; text is what it throws instead. */
function ownValue(answer: unknown): unknown {
  return typeof answer === "string" ? unmarshalAnswer(answer) : answer;
}

/** The object of a native module: each of its functions asks the host. */
function facade(name: string, functions: readonly string[]): object {
  const module = {};
  for (let i = 0; i < functions.length; i++) {
    const fn = functions[i] as string;
    const head = `{"module":${quote(name)},"fn":${quote(fn)},"args":`;
    const call = (...args: unknown[]): unknown => {
      const { json, bytes } = marshal(args);
      return unmarshalAnswer(callHost("module", `${head}${json}}`, bytes));
    };
    objectDefineProperty(
      module,
      fn,
      record({ value: native(fn, 0, call), writable: true, enumerable: true, configurable: true }),
    );
  }
  return module;
}

/** `require` of the global scope. */
export const makeGlobalRequire = (): Require => makeRequire("", undefined);

/** For ES modules that import what is none: `require` by the id that the host gave. */
export function loadById(id: string): unknown {
  return load(resolve(`{"id":${quote(coerce(id))}}`), undefined);
}
