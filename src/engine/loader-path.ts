/** Paths of the loader are relative to the worktree, with `/`, without a leading one; "" is its top. */

export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

export const join = (folder: string, name: string): string =>
  folder === "" ? name : `${folder}/${name}`;

/** The path that a relative specifier means; undefined: it leaves the worktree. */
export function resolvePath(folder: string, specifier: string): string | undefined {
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of specifier.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (parts.pop() === undefined) return undefined;
    } else parts.push(part);
  }
  return parts.join("/");
}

export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot);
}

/** The folder itself and all above it, innermost first; ends with "". */
export function ancestorsOf(folder: string): string[] {
  const folders: string[] = [];
  for (let at = folder; ; at = folderOf(at)) {
    folders.push(at);
    if (at === "") return folders;
  }
}

/** Files of installed packages: they are taken as never changing while a session lives. */
export const isInstalled = (path: string): boolean => /(?:^|\/)node_modules\//.test(path);
