import { LIMITS } from "../core/limits.ts";
import { UsageError } from "./usage-error.ts";

/** All of stdin as text. @throws UsageError over the size that a source text may have */
export async function readStdin(): Promise<string> {
  const bytes = await readStdinBytes(
    LIMITS.sourceBytesMax,
    new UsageError(
      `stdin holds more than the ${LIMITS.sourceBytesMax} bytes that a snippet may have`,
      "Put the code into a file of the worktree, or its data into one that it reads.",
    ),
  );
  return new TextDecoder().decode(bytes);
}

/** @param tooLarge  What is thrown when there are more. */
export async function readStdinBytes(bytesMax: number, tooLarge: UsageError): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of Bun.stdin.stream()) {
    sizeBytes += chunk.length;
    if (sizeBytes > bytesMax) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
