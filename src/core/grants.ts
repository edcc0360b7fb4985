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
    ...named("module").map((capability) => capability.name),
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

function valuesOf(capabilities: readonly Capability[]): Record<string, unknown> {
  return Object.fromEntries(
    capabilities
      .filter((capability) => capability.config.value !== undefined)
      .map((capability) => [capability.name, capability.config.value]),
  );
}
