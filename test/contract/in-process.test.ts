import { realRunner } from "../harness/real-runner.ts";
import { inProcessTarget } from "../harness/target.ts";
import { apiScenarios } from "./api-scenarios.ts";

const BODY_BYTES_MAX = 512 * 1024;

apiScenarios(
  "in this process",
  () => inProcessTarget(realRunner(), { bodyBytesMax: BODY_BYTES_MAX }),
  BODY_BYTES_MAX,
);
