import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** How long a program on a port may take to say whether it is a vm-system. */
const ASK_MS = 500;

/**
 * Who has a port, for the error of one that wants it: `the vm-system with process id 7`, or as much
 * as can be found out.
 */
export async function describePortHolder(hostname: string, port: number): Promise<string> {
  const [version, pid] = [await askVersion(hostname, port), findPid(port)];
  const process = pid === undefined ? "" : ` with process id ${pid}`;
  if (version !== undefined) return `the vm-system ${version}${process}`;
  const name = pid === undefined ? undefined : nameOf(pid);
  return `another program${name === undefined ? "" : `, ${name},`}${process}`;
}

async function askVersion(hostname: string, port: number): Promise<string | undefined> {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  try {
    const response = await fetch(`http://${host}:${port}/api/v1/health`, {
      signal: AbortSignal.timeout(ASK_MS),
      redirect: "error",
    });
    const health = (await response.json()) as { status?: unknown; version?: unknown };
    return health.status === "ok" && typeof health.version === "string"
      ? health.version
      : undefined;
  } catch {
    return undefined;
  }
}

/** Linux only, and only processes of the same user: elsewhere it stays unknown. */
function findPid(port: number): number | undefined {
  try {
    const sockets = new Set(listeningInodes(port).map((inode) => `socket:[${inode}]`));
    if (sockets.size === 0) return undefined;
    return readdirSync("/proc")
      .map(Number)
      .find((pid) => pid > 0 && holdsOne(pid, sockets));
  } catch {
    return undefined;
  }
}

const LISTEN = "0A";

function listeningInodes(port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) =>
    readFileSync(table, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[1]?.endsWith(suffix) && columns[3] === LISTEN)
      .map((columns) => columns[9] ?? ""),
  );
}

function holdsOne(pid: number, sockets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) =>
      sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`)),
    );
  } catch {
    return false; // It ended, or is another user's.
  }
}

function nameOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return undefined;
  }
}
