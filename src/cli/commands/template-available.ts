import { command } from "../command.ts";
import { print, printJson } from "../output.ts";

export const modules = command({
  name: "list-available-modules",
  summary: "The native modules there are, as JSON; needs no daemon",
  async run({ globals }) {
    const { MODULE_CATALOG } = await import("../../modules/catalog.ts");
    printCatalog(MODULE_CATALOG, globals.json);
  },
});

export const libraries = command({
  name: "list-available-libraries",
  summary: "The libraries there are, as JSON; needs no daemon",
  async run({ globals }) {
    const { LIBRARY_CATALOG } = await import("../../libraries/catalog.ts");
    printCatalog(LIBRARY_CATALOG, globals.json);
  },
});

function printCatalog(catalog: unknown, compact: boolean): void {
  if (compact) printJson(catalog);
  else print(JSON.stringify(catalog, null, 2));
}
