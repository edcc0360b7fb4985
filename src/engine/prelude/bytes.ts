import {
  arrayBufferByteLength,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  NativeTypeError,
  NativeUint8Array,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayName,
} from "./primordials.ts";

/** The bytes of a typed array, a view or a buffer, not copied. @throws TypeError for anything else */
export function bytesOf(source: unknown): Uint8Array {
  if (typeof source === "object" && source !== null) {
    if (typedArrayName(source) !== undefined) {
      return new NativeUint8Array(
        typedArrayBuffer(source),
        typedArrayByteOffset(source),
        typedArrayByteLength(source),
      );
    }
    try {
      return new NativeUint8Array(source as ArrayBuffer, 0, arrayBufferByteLength(source));
    } catch {
      // Not a buffer, then.
    }
    try {
      return new NativeUint8Array(
        dataViewBuffer(source),
        dataViewByteOffset(source),
        dataViewByteLength(source),
      );
    } catch {
      // Nor a view.
    }
  }
  throw new NativeTypeError("The argument must be an ArrayBuffer or an ArrayBufferView");
}
