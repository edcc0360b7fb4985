/**
 * Guest code that says what globals a state holds: the comparison of two states runs it in each, in a
 * run whose effects are discarded. One console line for each global, `[name, type, digest]` as JSON in
 * its first line and the value's preview in the rest.
 *
 * The digest is of everything that can be reached without running a getter, up to a bound: values
 * that differ only beyond it count as equal. A guest that has replaced what this code uses gets wrong
 * answers about itself, and nothing else.
 */
export const GLOBALS_SNIPPET = `(() => {
  const NODES_MAX = 100000, ITEMS_MAX = 20000, NAMES_MAX = __NAMES_MAX__, TEXT_MAX = 10000;
  const describe = Object.getOwnPropertyDescriptor, names = Object.getOwnPropertyNames;
  const typed = Object.getPrototypeOf(Uint8Array);
  const kindOf = (value) => {
    if (value === null) return "null";
    if (typeof value !== "object") return typeof value;
    if (Array.isArray(value)) return "array";
    for (const [kind, type] of [["date", Date], ["regexp", RegExp], ["error", Error], ["map", Map],
      ["set", Set], ["promise", Promise], ["typedarray", typed], ["arraybuffer", ArrayBuffer]])
      if (value instanceof type) return kind;
    return "object";
  };
  const digestOf = (root) => {
    let hash = 0x811c9dc5, nodes = 0;
    const seen = new Map([[globalThis, 0]]);
    const feed = (text) => {
      for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
      hash = Math.imul(hash ^ text.length, 0x01000193);
    };
    const waiting = [root];
    while (waiting.length > 0 && nodes++ < NODES_MAX) {
      const value = waiting.pop();
      const kind = kindOf(value);
      feed(kind);
      if (typeof value !== "object" && typeof value !== "function" || value === null) {
        feed(typeof value === "string" ? value : Object.is(value, -0) ? "-0" : String(value));
        continue;
      }
      if (seen.has(value)) { feed("@" + seen.get(value)); continue; }
      seen.set(value, seen.size);
      if (typeof value === "function") feed(Function.prototype.toString.call(value));
      if (kind === "date") feed(String(Date.prototype.getTime.call(value)));
      if (kind === "regexp") feed(RegExp.prototype.toString.call(value));
      if (kind === "map") Map.prototype.forEach.call(value, (item, key) => waiting.push(key, item));
      if (kind === "set") Set.prototype.forEach.call(value, (item) => waiting.push(item));
      if (kind === "typedarray" || kind === "arraybuffer") {
        const bytes = kind === "arraybuffer" ? new Uint8Array(value)
          : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
        for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
        continue;
      }
      const keys = kind === "array" && value.length > ITEMS_MAX
        ? [...Array(ITEMS_MAX).keys(), value.length - 1].map(String) : names(value);
      feed(String(keys.length));
      for (const name of keys) {
        const own = describe(value, name);
        if (!own) continue;
        feed(name);
        if ("value" in own) waiting.push(own.value);
        else waiting.push(own.get, own.set);
      }
    }
    return (hash >>> 0).toString(16);
  };
  const all = names(globalThis);
  for (const name of all.slice(0, NAMES_MAX)) {
    const own = describe(globalThis, name);
    if (!own || own.value === globalThis) continue;
    const value = "value" in own ? own.value : own.get;
    let digest = "?";
    try { digest = digestOf(value); } catch {}
    const line = JSON.stringify([name, kindOf(value), digest]) + "\\n";
    if (typeof value === "string") console.log("%s%s", line, value.slice(0, TEXT_MAX));
    else console.log("%s%O", line, value);
  }
  return all.length > NAMES_MAX;
})()`;
