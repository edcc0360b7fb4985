import { storeSuite } from "../contract/store-suite.ts";
import { tempStore } from "./temp-store.ts";

storeSuite("SQLite file", async () => {
  const temp = tempStore();
  return {
    open: async () => temp.open(),
    dispose: async () => temp[Symbol.dispose](),
  };
});
