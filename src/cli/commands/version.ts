import { command } from "../command.ts";
import { VERSION } from "../version.ts";

export default command({
  name: "version",
  summary: "Print the version",
  async run(context) {
    context.result({ version: VERSION }, () => `vm-system ${VERSION}`);
  },
});
