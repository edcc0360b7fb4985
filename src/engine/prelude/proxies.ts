import {
  functionBind,
  NativeTypeError,
  NativeWeakMap,
  NativeWeakRef,
  native,
  objectDefineProperty,
  record,
  weakMapGet,
  weakMapHas,
  weakMapSet,
  weakRefDeref,
} from "./primordials.ts";

/**
 * JavaScript cannot tell a proxy from its target, and looking at a proxy runs its traps. So the global
 * `Proxy` is replaced by one that remembers what it made. The target is held weakly: the proxy itself
 * keeps it alive, and a target that refers to its proxy can still be collected.
 */
const NativeProxy = Proxy;
const targets = new NativeWeakMap<object, WeakRef<object>>();
const revoked = new NativeWeakMap<object, boolean>();

/** Following a chain of proxies ends here; a longer one is shown as revoked. */
const CHAIN_LENGTH_MAX = 64;

function remember<T extends object>(proxy: T, target: object): T {
  weakMapSet(targets, proxy, new NativeWeakRef(target));
  return proxy;
}

function construct(this: unknown, target: object, handler: ProxyHandler<object>): object {
  if (new.target === undefined) throw new NativeTypeError("Constructor Proxy requires 'new'");
  return remember(new NativeProxy(target, handler), target);
}

function revocable(target: object, handler: ProxyHandler<object>) {
  const made = NativeProxy.revocable(target, handler);
  const { proxy, revoke } = made;
  remember(proxy, target);
  made.revoke = native("", 0, () => {
    weakMapSet(revoked, proxy, true);
    revoke();
  });
  return made;
}

/** The innermost target of a proxy; `null` of a revoked one; anything else is returned as it is. */
export function unproxied(value: object): object | null {
  let current = value;
  for (let depth = 0; depth < CHAIN_LENGTH_MAX; depth++) {
    const target = weakMapGet(targets, current);
    if (target === undefined) return current;
    if (weakMapHas(revoked, current)) return null;
    const object = weakRefDeref(target);
    if (object === undefined) return null;
    current = object;
  }
  return null;
}

export const isProxy = (value: object): boolean => weakMapHas(targets, value);

export function makeProxyGlobal(): unknown {
  // A bound constructor has no source and no prototype property, as the engine's Proxy.
  const Replacement = functionBind(construct as never, undefined) as object;
  objectDefineProperty(Replacement, "name", record({ value: "Proxy", configurable: true }));
  objectDefineProperty(Replacement, "length", record({ value: 2, configurable: true }));
  objectDefineProperty(
    Replacement,
    "revocable",
    record({
      value: native("revocable", 2, revocable),
      writable: true,
      enumerable: false,
      configurable: true,
    }),
  );
  return Replacement;
}
