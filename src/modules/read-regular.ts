import { fstatSync, readSync } from "node:fs";
import { FileFailure } from "./file-failure.ts";

/**
 * All bytes of an opened regular file, also of one that grows or shrinks meanwhile.
 *
 * @throws FileFailure EISDIR; EACCES for FIFOs, sockets and devices; EFBIG over `bytesMax`
 */
export function readRegular(fd: number, bytesMax: number): Buffer {
  const stats = fstatSync(fd);
  if (stats.isDirectory()) throw new FileFailure("EISDIR");
  if (!stats.isFile()) throw new FileFailure("EACCES");
  if (stats.size > bytesMax) throw new FileFailure("EFBIG");
  // One byte more than the size tells a file that grew from one that did not.
  let buffer = Buffer.allocUnsafe(stats.size + 1);
  let length = 0;
  for (;;) {
    const read = readSync(fd, buffer, length, buffer.length - length, length);
    if (read === 0) return buffer.subarray(0, length);
    length += read;
    if (length > bytesMax) throw new FileFailure("EFBIG");
    if (length < buffer.length) continue;
    const larger = Buffer.allocUnsafe(Math.min(buffer.length * 2, bytesMax + 1));
    buffer.copy(larger);
    buffer = larger;
  }
}
