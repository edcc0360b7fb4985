import { DOMException } from "./dom-exception.ts";
import {
  hide,
  NativeTypeError,
  NativeUint8Array,
  native,
  numberToString,
  slice,
  symbolToStringTag,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayName,
  typedArraySet,
} from "./primordials.ts";
import { randomBytes } from "./random.ts";

const BYTES_MAX = 65_536;

function getRandomValues(array: unknown): unknown {
  const kind = typeof array === "object" && array !== null ? typedArrayName(array) : undefined;
  if (kind === undefined || slice(kind, 0, 5) === "Float") {
    throw new DOMException(
      "The data argument must be an integer-type TypedArray",
      "TypeMismatchError",
    );
  }
  const count = typedArrayByteLength(array);
  if (count > BYTES_MAX) {
    throw new DOMException(`The requested length exceeds ${BYTES_MAX} bytes`, "QuotaExceededError");
  }
  if (count === 0) return array;
  const into = new NativeUint8Array(typedArrayBuffer(array), typedArrayByteOffset(array), count);
  typedArraySet(into, new NativeUint8Array(randomBytes(count)));
  return array;
}

function randomUuid(): string {
  const bytes = new NativeUint8Array(randomBytes(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  let text = "";
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += "-";
    text += slice(numberToString((bytes[i] as number) + 256, 16), 1);
  }
  return text;
}

export function makeCrypto(): object {
  const crypto = {};
  hide(crypto, symbolToStringTag, "Crypto");
  hide(
    crypto,
    "getRandomValues",
    native("getRandomValues", 1, (...args: unknown[]) => {
      if (args.length === 0) throw new NativeTypeError('The "array" argument must be specified');
      return getRandomValues(args[0]);
    }),
  );
  hide(crypto, "randomUUID", native("randomUUID", 0, randomUuid));
  return crypto;
}
