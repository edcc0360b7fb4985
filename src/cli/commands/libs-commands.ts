import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DEFAULT_CACHE_DIR, libraryFile, listCached } from "../../libraries/cache.ts";
import { DEFAULT_CDN_URL, LIBRARY_CATALOG } from "../../libraries/catalog.ts";
import { type DownloadResult, downloadLibraries } from "../../libraries/downloader.ts";
import { command } from "../command.ts";
import type { Context } from "../context.ts";
import { EXIT_CODES } from "../exit-code.ts";
import { httpUrl } from "../globals.ts";
import { bytesText, print, printable, printError, table } from "../output.ts";
import { ProgressBar } from "../progress-bar.ts";

const CACHE_DIR = {
  type: "string",
  valueHint: "DIR",
  notEmpty: true,
  description: `Where they are kept (default ${DEFAULT_CACHE_DIR})`,
} as const;

export const download = command({
  name: "download",
  summary: "Bring every library of the catalog into the cache; what is there and intact stays",
  args: {
    "cache-dir": CACHE_DIR,
    "cdn-url": {
      type: "string",
      valueHint: "URL",
      description: `Where they come from (default ${DEFAULT_CDN_URL})`,
    },
  },
  async run(context, args) {
    const cacheDir = cacheDirOf(context, args["cache-dir"]);
    const cdnUrl =
      httpUrl("--cdn-url", args["cdn-url"], DEFAULT_CDN_URL) ??
      httpUrl("VM_SYSTEM_CDN_URL", context.env.VM_SYSTEM_CDN_URL || undefined, DEFAULT_CDN_URL) ??
      DEFAULT_CDN_URL;
    if (!context.globals.json) print(`Downloading libraries to: ${folderOf(cacheDir)}`);

    const bar = new ProgressBar(LIBRARY_CATALOG.length);
    const results = await downloadLibraries({
      cacheDir,
      cdnUrl,
      onProgress: (progress) => bar.advance(progress),
    });
    bar.clear();

    const failed = results.filter((result) => result.status === "failed");
    for (const { library, error } of failed) {
      printError(`Error: ${library} was not downloaded: ${printable(error)}`);
    }
    if (failed.some(({ step }) => step === "store")) {
      printError(
        "Name a folder that may be written with --cache-dir or VM_SYSTEM_CACHE_DIR, there and where the libraries are used.",
      );
    }
    if (failed.some(({ step }) => step === "fetch")) {
      printError(
        `They come from ${cdnUrl}; name a mirror with --cdn-url or VM_SYSTEM_CDN_URL, or try again: what is there stays.`,
      );
    }
    const cached = await sizesOf(results);
    context.result(results, () =>
      [
        "Cache info:",
        ...cached.map(({ id, bytes, path }) => `  ${id}: ${bytes} bytes (${printable(path)})`),
      ].join("\n"),
    );
    return failed.length > 0 ? EXIT_CODES.failed.code : EXIT_CODES.ok.code;
  },
});

export const list = command({
  name: "list",
  summary: "List the libraries of the catalog",
  async run(context) {
    context.result(LIBRARY_CATALOG, () =>
      [
        `Available libraries (${LIBRARY_CATALOG.length}):`,
        table(
          ["Name", "Version", "Global", "Description"],
          LIBRARY_CATALOG.map(({ name, version, config, description }) => [
            name,
            version,
            config.global,
            description,
          ]),
        ),
      ].join("\n"),
    );
  },
});

export const cacheInfo = command({
  name: "cache-info",
  summary: "List what the cache holds",
  args: { "cache-dir": CACHE_DIR },
  async run(context, args) {
    const cached = await listCached(cacheDirOf(context, args["cache-dir"]));
    context.result(cached, () =>
      cached.length === 0
        ? "No libraries cached. Run 'vm-system libs download' first."
        : [
            `Cached libraries (${cached.length}):`,
            ...cached.map(
              ({ name, bytes, path }) => `  ${name}: ${bytes} bytes (${printable(path)})`,
            ),
            `Total cache size: ${bytesText(cached.reduce((sum, { bytes }) => sum + bytes, 0))}`,
          ].join("\n"),
    );
  },
});

const cacheDirOf = (context: Context, flag: string | undefined) =>
  flag ?? (context.env.VM_SYSTEM_CACHE_DIR || DEFAULT_CACHE_DIR);

const folderOf = (cacheDir: string) => dirname(libraryFile(cacheDir, "any"));

async function sizesOf(results: readonly DownloadResult[]) {
  const present = results.filter((result) => result.status !== "failed");
  return Promise.all(
    present.map(async ({ library, path }) => ({
      id: library.slice(0, library.lastIndexOf("-")),
      path,
      bytes: (await stat(path)).size,
    })),
  );
}
