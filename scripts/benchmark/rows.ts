import type { Row } from "./row.ts";
import { calls, creation } from "./rows/calls.ts";
import { commands } from "./rows/commands.ts";
import { durability } from "./rows/durability.ts";
import { endless } from "./rows/endless.ts";
import { growth } from "./rows/growth.ts";
import { limits, neighbour } from "./rows/limits.ts";
import { programs } from "./rows/programs.ts";
import { restart } from "./rows/restart.ts";
import { stops } from "./rows/stops.ts";
import { storage } from "./rows/storage.ts";
import { throughput } from "./rows/throughput.ts";
import { withoutUs } from "./rows/without-us.ts";

export const ROWS: readonly Row[] = [
  calls,
  creation,
  restart,
  neighbour,
  limits,
  endless,
  stops,
  storage,
  commands,
  durability,
  growth,
  throughput,
  programs,
  withoutUs,
];
