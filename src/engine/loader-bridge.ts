import { EVAL_MODULE, type Guest, type ValuePtr } from "./guest.ts";

/**
 * The way from an ES module to the prelude: modules made by the loader for what is no ES module import
 * `load` from here. The normalizer gives this name to nobody else.
 */
export const BRIDGE = "vm:bridge";

const SOURCE = "let load; export { load }; export const connect = (fn) => { load = fn; };";

/** Once, when the base image is made: the bridge stays in the heap. @param load `load` of the prelude */
export function connectBridge(guest: Guest, load: ValuePtr): void {
  const namespace = guest.evaluate(SOURCE, BRIDGE, EVAL_MODULE);
  const connect = guest.property(namespace, "connect");
  guest.free(guest.call(connect, [load]));
  guest.free(connect);
  guest.free(namespace);
}

/** An ES module that stands for a CommonJS, JSON or native module. */
export function bridgeModule(id: string, names: readonly string[]): string {
  const exported = [...new Set(names)].filter((name) => name !== "default");
  const values = exported.map((name, i) => `const v${i} = get(${JSON.stringify(name)});`);
  const list = exported.map((name, i) => `v${i} as ${JSON.stringify(name)}`);
  return [
    `import { load } from ${JSON.stringify(BRIDGE)};`,
    `const m = load(${JSON.stringify(id)});`,
    "const get = (name) => m === null || m === undefined ? undefined : m[name];",
    ...values,
    `export { m as default${list.length > 0 ? `, ${list.join(", ")}` : ""} };`,
  ].join("\n");
}

/** A module's `import.meta`: as of a worktree that is the root of the file system. */
export function metaModule(path: string, folder: string): string {
  const url = new URL(`file:///${path.split("/").map(encodeURIComponent).join("/")}`).href;
  const fields = { url, filename: path, dirname: folder };
  return `const m = ${JSON.stringify(fields)}; Object.setPrototypeOf(m, null); export default m;`;
}
