import { constants } from "node:os";
import { armFailPoint, FAIL_POINT_VARIABLE } from "../core/fail-point.ts";
import type { DaemonConfig } from "./config.ts";
import { type RunningDaemon, startDaemon } from "./daemon.ts";
import { createLogger } from "./logger.ts";

type StopSignal = "SIGTERM" | "SIGINT";

/**
 * Runs a daemon until it is told to stop: SIGTERM or SIGINT. A second one ends the process at once.
 *
 * @returns The exit code.
 * @throws StartError
 */
export async function serve(config: DaemonConfig): Promise<number> {
  const terminal = process.stderr.isTTY === true;
  const look = { format: config.logFormat, colours: terminal && !process.env.NO_COLOR };
  const logger = createLogger({ level: config.logLevel, ...look });
  const signalled = stopSignal();
  // All that matters is in the store: one request that went wrong is no reason to stop the others.
  process.on("uncaughtException", (error) => logger.error("uncaught exception", { error }));
  process.on("unhandledRejection", (error) => logger.error("unhandled rejection", { error }));

  armFailPoint(process.env[FAIL_POINT_VARIABLE], "daemon");
  const daemon = await startDaemon(config, logger);
  // Whatever is logged, this is said.
  const announcer = createLogger({ level: "info", ...look });
  // As fields for programs; a person has just read them.
  const fields = { url: daemon.url, database: daemon.databasePath, sessions: daemon.sessionsBack };
  announcer.info(greeting(daemon), config.logFormat === "json" ? fields : {});
  const signal = await signalled;
  logger.info("stopping: no new work, running executions may end", { signal });
  await daemon.stop();
  logger.info("stopped");
  return 0;
}

function greeting({ url, databasePath, sessionsBack }: RunningDaemon): string {
  const sessions = sessionsBack === 1 ? "1 session" : `${sessionsBack} sessions`;
  return `listening on ${url}, database ${databasePath}, ${sessions} came back`;
}

function stopSignal(): Promise<StopSignal> {
  const { promise, resolve } = Promise.withResolvers<StopSignal>();
  let first = true;
  const onSignal = (signal: StopSignal) => {
    if (!first) process.exit(128 + constants.signals[signal]);
    first = false;
    resolve(signal);
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return promise;
}
