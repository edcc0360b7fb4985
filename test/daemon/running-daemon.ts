import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../src/daemon/config.ts";
import { startDaemon } from "../../src/daemon/daemon.ts";
import { createLogger } from "../../src/daemon/logger.ts";

/** A folder for databases of daemons in this process, gone at the end of the test. */
export function daemonFolder() {
  const folder = mkdtempSync(join(tmpdir(), "vm-system-daemon-"));
  const log: string[] = [];
  const logger = createLogger({
    level: "info",
    format: "json",
    colours: false,
    write: (line) => log.push(line),
  });
  return {
    folder,
    log,
    start: (listen = "127.0.0.1:0", db = "test.db") =>
      startDaemon(readConfig({ listen: [listen], db: [join(folder, db)] }, {}, false), logger),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
