/** Two programs in one file: a worker, or the command line. Each loads only its own half. */
const words = process.argv.slice(2);

if (words[0] === "__worker") {
  void import("./worker/worker.ts").then(({ runWorker }) => runWorker());
} else {
  void import("./cli/cli.ts")
    .then(({ runCli }) => runCli(words))
    .then((exitCode) => process.exit(exitCode));
}
