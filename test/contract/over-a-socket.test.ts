import { urlTarget } from "../harness/target.ts";
import { serving } from "../http/serving.ts";
import { apiScenarios } from "./api-scenarios.ts";

const BODY_BYTES_MAX = 512 * 1024;

apiScenarios(
  "over a socket",
  () => {
    const served = serving({ bodyBytesMax: BODY_BYTES_MAX });
    return { ...urlTarget(served.url), [Symbol.asyncDispose]: () => served[Symbol.asyncDispose]() };
  },
  BODY_BYTES_MAX,
);
