import { newId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import type { TemplateStore } from "./ports/template-store.ts";
import type { SessionGrants } from "./session.ts";
import type { TemplateDefinition } from "./session-file-parts.ts";
import type { TemplateDetail } from "./template.ts";

/** More templates of one name and different content than anybody keeps. */
const SUFFIX_MAX = 1000;

/** What a template is, apart from its name and ids. */
export function definitionOf(detail: TemplateDetail): TemplateDefinition {
  const { vm_id: _, ...settings } = detail.settings;
  const { engine, exposed_modules, libraries } = detail.template;
  return {
    engine: engine === "goja" ? engine : "quickjs",
    settings,
    exposed_modules,
    libraries,
    capabilities: detail.capabilities.map(({ kind, name, enabled, config }) => ({
      kind,
      name,
      enabled,
      config,
    })),
    startup_files: detail.startup_files.map(({ path, order_index }) => ({
      path,
      order_index,
      mode: "eval",
    })),
  };
}

/** A template that gives just these grants: for a session whose own was deleted. */
export function definitionFrom(grants: SessionGrants): TemplateDefinition {
  const valued = (kind: "global" | "env", values: Readonly<Record<string, unknown>>) =>
    Object.entries(values).map(([name, value]) => ({
      kind,
      name,
      enabled: true,
      config: { value },
    }));
  return {
    engine: "quickjs",
    settings: grants.settings,
    exposed_modules: [...grants.modules],
    libraries: [...grants.libraries],
    capabilities: [
      ...valued("global", grants.globals),
      ...valued("env", grants.env),
      ...(grants.fsReadOnly
        ? [{ kind: "fs" as const, name: "files", enabled: true, config: { read_only: true } }]
        : []),
      ...(grants.netAllowed
        ? [{ kind: "net" as const, name: "tcp", enabled: true, config: {} }]
        : []),
    ],
    startup_files: [],
  };
}

/**
 * The template that a session from elsewhere belongs to: the one of that name if it is the same,
 * a new one if the name is free, else the first of `name (2)`, `name (3)` … that is the same or free.
 *
 * @returns `make`: it is to be made, with the session.
 */
export async function matchTemplate(
  store: TemplateStore,
  name: string,
  definition: TemplateDefinition,
  now: string,
): Promise<{ readonly id: string; readonly make?: TemplateDetail }> {
  const ids = new Map((await store.list()).map((template) => [template.name, template.id]));
  for (let count = 1; count <= SUFFIX_MAX; count++) {
    const candidate = count === 1 ? name : suffixed(name, ` (${count})`);
    const id = ids.get(candidate);
    const known = id === undefined ? undefined : await store.get(id);
    if (known && isSame(definitionOf(known), definition)) return { id: known.template.id };
    if (known) continue;
    const make = detailOf(candidate, definition, now);
    return { id: make.template.id, make };
  }
  const make = detailOf(suffixed(name, ` (${newId()})`), definition, now);
  return { id: make.template.id, make };
}

/** No longer than a name may be: the new template is exported too, and that file is to be read again. */
function suffixed(name: string, suffix: string): string {
  const head = name.slice(0, LIMITS.nameCharsMax - suffix.length);
  return `${head.isWellFormed() ? head : head.slice(0, -1)}${suffix}`;
}

function detailOf(name: string, definition: TemplateDefinition, now: string): TemplateDetail {
  const vm_id = newId();
  return {
    template: {
      id: vm_id,
      name,
      engine: definition.engine,
      is_active: true,
      exposed_modules: definition.exposed_modules,
      libraries: definition.libraries,
      created_at: now,
      updated_at: now,
    },
    settings: { vm_id, ...definition.settings },
    capabilities: definition.capabilities.map((each) => ({ id: newId(), vm_id, ...each })),
    startup_files: definition.startup_files.map((each) => ({ id: newId(), vm_id, ...each })),
  };
}

/** The order of capabilities is the store's; that of modules does not matter. */
const isSame = (a: TemplateDefinition, b: TemplateDefinition): boolean =>
  Bun.deepEquals(sorted(a), sorted(b), true);

const sorted = (definition: TemplateDefinition): TemplateDefinition => ({
  ...definition,
  exposed_modules: definition.exposed_modules.toSorted(),
  capabilities: definition.capabilities.toSorted((a, b) =>
    `${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1,
  ),
});
