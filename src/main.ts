/** Two programs in one file: a worker, or the command line. Each loads only its own half. */
import { launchEarly, soleUseOf } from "./supervisor/early-launch.ts";

const words = process.argv.slice(2);

if (words[0] === "__worker") {
  void import("./worker/start.ts").then(({ startWorker }) =>
    startWorker(Number(words[1]), words[2]),
  );
} else {
  // What these need first takes longest to start.
  if (words[0] === "run" && !words.includes("--help")) launchEarly(soleUseOf(words));
  void import("./cli/cli.ts")
    .then(({ runCli }) => runCli(words))
    .then((exitCode) => process.exit(exitCode));
}
