import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { LIMITS } from "../core/limits.ts";
import { isIntact, libraryFile } from "./cache.ts";
import {
  canonicalNameOf,
  DEFAULT_CDN_URL,
  LIBRARY_CATALOG,
  type Library,
  sourceUrl,
} from "./catalog.ts";

/** One attempt, from the request to the last byte. */
const ATTEMPT_TIMEOUT_MS = 30_000;
const ATTEMPTS_MAX = 4;
/** Before the second attempt; doubled before each further one. */
const RETRY_DELAY_MS = 300;

export interface DownloadOptions {
  readonly cacheDir: string;
  readonly cdnUrl?: string;
  readonly libraries?: readonly Library[];
  readonly attemptTimeoutMs?: number;
  readonly retryDelayMs?: number;
  readonly signal?: AbortSignal;
  /** `totalBytes` is absent where the server does not say. */
  onProgress?(progress: {
    readonly library: string;
    readonly receivedBytes: number;
    readonly totalBytes?: number;
  }): void;
}

/** What became of one library. `library` is `<id>-<version>`. */
export type DownloadResult =
  | { readonly library: string; readonly status: "downloaded" | "present"; readonly path: string }
  | {
      readonly library: string;
      readonly status: "failed";
      /** What did not work: getting it, or putting it into the cache. */
      readonly step: "fetch" | "store";
      readonly error: string;
    };

/**
 * Brings every library of the catalog into the cache, all at the same time; what is there and intact
 * stays. A file appears under its name only when it is whole and is the one that the catalog means.
 * A failure is a result: the others go on.
 */
export function downloadLibraries(options: DownloadOptions): Promise<DownloadResult[]> {
  return Promise.all((options.libraries ?? LIBRARY_CATALOG).map((entry) => bring(entry, options)));
}

async function bring(entry: Library, options: DownloadOptions): Promise<DownloadResult> {
  const library = canonicalNameOf(entry);
  const path = libraryFile(options.cacheDir, library);
  let step: "fetch" | "store" = "fetch";
  try {
    const present = await readFile(path).catch(() => undefined);
    if (present !== undefined && isIntact(entry, present)) {
      return { library, status: "present", path };
    }
    const bytes = await fetchWithRetries(entry, options);
    step = "store";
    await store(path, bytes);
    return { library, status: "downloaded", path };
  } catch (error) {
    return { library, status: "failed", step, error: reasonOf(error) };
  }
}

async function fetchWithRetries(entry: Library, options: DownloadOptions): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetchOnce(entry, options);
    } catch (error) {
      const isFinal = error instanceof FinalFailure || options.signal?.aborted === true;
      if (isFinal || attempt === ATTEMPTS_MAX) throw error;
      await Bun.sleep((options.retryDelayMs ?? RETRY_DELAY_MS) * 2 ** (attempt - 1));
    }
  }
}

/** Trying again would give the same. */
class FinalFailure extends Error {}

async function fetchOnce(entry: Library, options: DownloadOptions): Promise<Uint8Array> {
  const url = sourceUrl(entry, options.cdnUrl ?? DEFAULT_CDN_URL);
  const timeout = AbortSignal.timeout(options.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  const response = await fetch(url, { signal });
  if (!response.ok) {
    await response.body?.cancel();
    const message = `${url} answered ${response.status}`;
    const mayPass = response.status >= 500 || response.status === 429 || response.status === 408;
    throw mayPass ? new Error(message) : new FinalFailure(message);
  }
  const bytes = await receive(entry, response, options);
  if (!isIntact(entry, bytes)) {
    throw new Error(`${url} gave ${bytes.length} bytes that are not the expected file (integrity)`);
  }
  return bytes;
}

async function receive(
  entry: Library,
  response: Response,
  { onProgress }: DownloadOptions,
): Promise<Uint8Array> {
  const library = canonicalNameOf(entry);
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  // With an encoding the length is that of other bytes than the ones we count.
  const isPlain = !response.headers.has("content-encoding");
  const total = isPlain && Number.isSafeInteger(length) ? { totalBytes: length } : {};
  const parts: Uint8Array[] = [];
  let receivedBytes = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    receivedBytes += part.length;
    if (receivedBytes > LIMITS.sourceBytesMax) {
      throw new FinalFailure(`more than ${LIMITS.sourceBytesMax} bytes were sent`);
    }
    onProgress?.({ library, receivedBytes, ...total });
  }
  return Buffer.concat(parts);
}

async function store(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "timed out";
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return error.message + cause;
}
