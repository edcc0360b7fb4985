import { join } from "node:path";
import { apiScenarios } from "../contract/api-scenarios.ts";
import { Daemon } from "../harness/binary.ts";
import { urlTarget } from "../harness/target.ts";
import { tempFolder } from "../harness/temp-folder.ts";

/** Small, so that bodies over it are cheap to send; and the flag is seen to work. */
const MAX_BODY_MB = 1;

apiScenarios(
  "of the built binary",
  async () => {
    const folder = tempFolder();
    const daemon = await Daemon.start({
      db: join(folder.path, "api.db"),
      cwd: folder.path,
      args: ["--max-body-mb", `${MAX_BODY_MB}`, "--max-import-mb", `${MAX_BODY_MB}`],
    });
    return {
      ...urlTarget(daemon.url),
      async [Symbol.asyncDispose]() {
        await daemon[Symbol.asyncDispose]();
        folder[Symbol.dispose]();
      },
    };
  },
  MAX_BODY_MB * 1024 * 1024,
);
