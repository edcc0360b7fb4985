import type { ModuleCatalog } from "./ports/module-catalog.ts";
import type { SessionGrants } from "./session.ts";
import type { Capability, TemplateDetail } from "./template.ts";

/**
 * What a template gives a session made from it now.
 *
 * Enabled capabilities add to the module list: `module` exposes a native module, `global` defines a
 * global from `config.value`, `env` an entry of `__ENV__` from `config.value`, `fs` with
 * `{"read_only": true}` takes writing away, `net` lets programs started by `exec` open TCP connections.
 */
export function grantsOf(detail: TemplateDetail, modules: ModuleCatalog): SessionGrants {
  const enabled = detail.capabilities.filter((capability) => capability.enabled);
  const named = (kind: string) => enabled.filter((capability) => capability.kind === kind);
  const { vm_id: _, ...settings } = detail.settings;
  const names = new Set([
    ...detail.template.exposed_modules,
    ...named("module").map((capability) => moduleOf(capability)),
  ]);
  return {
    settings,
    modules: [...names].filter((name) => modules.names.includes(name)).sort(),
    libraries: detail.template.libraries,
    globals: valuesOf(named("global")),
    env: valuesOf(named("env")),
    fsReadOnly: named("fs").some((capability) => capability.config.read_only === true),
    netAllowed: named("net").length > 0,
  };
}

/** As the list of modules takes it. */
const moduleOf = ({ name }: Pick<Capability, "name">) => name.trim().toLowerCase();

/**
 * Why a capability would give a session nothing; undefined: it gives something. Any may be stored: a
 * newer daemon may know what to do with it.
 */
export function reasonOfNoEffect(
  { kind, name, config }: Pick<Capability, "kind" | "name" | "config">,
  modules: readonly string[],
): string | undefined {
  switch (kind) {
    case "module":
      if (modules.includes(moduleOf({ name }))) return undefined;
      return `there is no native module ${name}, but ${modules.join(", ")}`;
    case "global":
    case "env":
      return config.value === undefined ? "its configuration has no `value`" : undefined;
    case "fs":
      if (config.read_only === true) return undefined;
      return 'its configuration is not {"read_only": true}';
    case "net":
      return undefined;
  }
}

function valuesOf(capabilities: readonly Capability[]): Record<string, unknown> {
  return Object.fromEntries(
    capabilities
      .filter((capability) => capability.config.value !== undefined)
      .map((capability) => [capability.name, capability.config.value]),
  );
}
