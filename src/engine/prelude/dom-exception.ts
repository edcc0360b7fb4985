import {
  coerce,
  hide,
  NativeError,
  objectDefineProperty,
  objectKeys,
  record,
  symbolToStringTag,
} from "./primordials.ts";

/** The codes that the web still keeps. */
const CODES: Readonly<Record<string, number>> = record({
  IndexSizeError: 1,
  HierarchyRequestError: 3,
  WrongDocumentError: 4,
  InvalidCharacterError: 5,
  NoModificationAllowedError: 7,
  NotFoundError: 8,
  NotSupportedError: 9,
  InUseAttributeError: 10,
  InvalidStateError: 11,
  SyntaxError: 12,
  InvalidModificationError: 13,
  NamespaceError: 14,
  InvalidAccessError: 15,
  TypeMismatchError: 17,
  SecurityError: 18,
  NetworkError: 19,
  AbortError: 20,
  URLMismatchError: 21,
  QuotaExceededError: 22,
  TimeoutError: 23,
  InvalidNodeTypeError: 24,
  DataCloneError: 25,
});

class DOMException extends NativeError {
  declare readonly code: number;
  constructor(message = "", options: unknown = "Error") {
    super(coerce(message));
    let name = options;
    if (options !== null && typeof options === "object") {
      const given = options as { name?: unknown; cause?: unknown };
      name = given.name === undefined ? "Error" : given.name;
      if ("cause" in given) hide(this, "cause", given.cause);
    }
    // Own properties, so that what shows an error needs no getter to know its name.
    const text = coerce(name);
    hide(this, "name", text);
    hide(this, "code", CODES[text] ?? 0);
  }
}
hide(DOMException.prototype, symbolToStringTag, "DOMException");
{
  const names = objectKeys(CODES);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const constant = `${constantName(name)}_ERR`;
    const property = record({ value: CODES[name], enumerable: true });
    objectDefineProperty(DOMException, constant, property);
    objectDefineProperty(DOMException.prototype, constant, property);
  }
}

/** `IndexSizeError` → `INDEX_SIZE`. Runs at boot alone. */
function constantName(name: string): string {
  return name
    .slice(0, -5)
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toUpperCase();
}

export { DOMException };
