import { type Static, Strict, Type, Uuid } from "./schema.ts";

/** Limits of every execution. The bounds keep a template from asking for what no worker can give. */
export const Limits = Strict(
  {
    cpu_ms: Type.Integer({ minimum: 1, maximum: 3_600_000, description: "CPU time, milliseconds" }),
    wall_ms: Type.Integer({
      minimum: 1,
      maximum: 86_400_000,
      description: "Elapsed time, milliseconds",
    }),
    mem_mb: Type.Integer({ minimum: 8, maximum: 2048, description: "Heap of the session, MiB" }),
    max_events: Type.Integer({ minimum: 1, maximum: 1_000_000, description: "Events, a count" }),
    max_output_kb: Type.Integer({
      minimum: 1,
      maximum: 65_536,
      description: "Bytes of all event payloads together, KiB",
    }),
  },
  { $id: "Limits", description: "Limits of every execution" },
);
export type Limits = Static<typeof Limits>;

export const Resolver = Strict(
  {
    roots: Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), {
      maxItems: 64,
      description: "Folders of the worktree where a bare module name is looked up",
    }),
    extensions: Type.Array(Type.String({ pattern: "^\\.[A-Za-z0-9.]+$", maxLength: 32 }), {
      maxItems: 32,
      description: "Tried in this order when a module name has none",
    }),
    allow_absolute_repo_imports: Type.Boolean({
      description: "Whether '/x' means the file x of the worktree's top folder",
    }),
  },
  { $id: "Resolver", description: "How require and import find files of the worktree" },
);
export type Resolver = Static<typeof Resolver>;

export const Runtime = Strict(
  {
    esm: Type.Boolean({ description: "Whether .js files run as ES modules (.mjs always do)" }),
    strict: Type.Boolean({ description: "Whether scripts run in strict mode" }),
    console: Type.Boolean({ description: "Whether console calls are recorded as events" }),
  },
  { $id: "Runtime", description: "How code is run" },
);
export type Runtime = Static<typeof Runtime>;

export const Settings = Strict(
  { vm_id: Uuid, limits: Limits, resolver: Resolver, runtime: Runtime },
  { $id: "Settings", description: "The settings of a template" },
);
export type Settings = Static<typeof Settings>;

/** Settings without the template they belong to: what a session keeps a copy of. */
export type SettingsValues = Omit<Settings, "vm_id">;

/** What a client may send: any part, the rest keeps its value. */
export const SettingsPatch = Strict(
  {
    limits: Type.Optional(
      Type.Partial(Limits, { additionalProperties: false, $id: "LimitsPatch" }),
    ),
    resolver: Type.Optional(
      Type.Partial(Resolver, { additionalProperties: false, $id: "ResolverPatch" }),
    ),
    runtime: Type.Optional(
      Type.Partial(Runtime, { additionalProperties: false, $id: "RuntimePatch" }),
    ),
  },
  { $id: "SettingsPatch", description: "A part of the settings; what is absent is not changed" },
);
export type SettingsPatch = Static<typeof SettingsPatch>;

export const DEFAULT_SETTINGS: SettingsValues = {
  limits: { cpu_ms: 5000, wall_ms: 30_000, mem_mb: 128, max_events: 1000, max_output_kb: 512 },
  resolver: { roots: [], extensions: [".js", ".mjs"], allow_absolute_repo_imports: false },
  runtime: { esm: false, strict: false, console: true },
};

/** The patch laid over the values; neither argument is changed. */
export function mergeSettings(values: SettingsValues, patch: SettingsPatch = {}): SettingsValues {
  return {
    limits: { ...values.limits, ...patch.limits },
    resolver: { ...values.resolver, ...patch.resolver },
    runtime: { ...values.runtime, ...patch.runtime },
  };
}
