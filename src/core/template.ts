import { JsonObject, OneOf, type Static, Strict, Timestamp, Type, Uuid } from "./schema.ts";
import { Settings, SettingsPatch } from "./settings.ts";

export const Template = Strict(
  {
    id: Uuid,
    name: Type.String({ description: "Unique" }),
    engine: Type.String({ description: "`quickjs`" }),
    is_active: Type.Boolean(),
    exposed_modules: Type.Array(Type.String(), {
      description: "Native modules, in the order added",
    }),
    libraries: Type.Array(Type.String(), { description: "`<id>-<version>`, in load order" }),
    created_at: Timestamp,
    updated_at: Timestamp,
  },
  { $id: "Template", description: "What a runtime may do" },
);
export type Template = Static<typeof Template>;

export const CAPABILITY_KINDS = ["module", "global", "fs", "net", "env"] as const;
export type CapabilityKind = (typeof CAPABILITY_KINDS)[number];

export const Capability = Strict(
  {
    id: Uuid,
    vm_id: Uuid,
    kind: OneOf(CAPABILITY_KINDS),
    name: Type.String(),
    enabled: Type.Boolean(),
    config: JsonObject,
  },
  { $id: "Capability", description: "A permission or a value that a template gives its sessions" },
);
export type Capability = Static<typeof Capability>;

export const StartupFile = Strict(
  {
    id: Uuid,
    vm_id: Uuid,
    path: Type.String({ description: "Relative to the worktree, cleaned" }),
    order_index: Type.Integer(),
    mode: Type.String({ description: "`eval`" }),
  },
  { $id: "StartupFile", description: "A file that every new session runs first" },
);
export type StartupFile = Static<typeof StartupFile>;

export const TemplateDetail = Strict(
  {
    template: Template,
    settings: Settings,
    capabilities: Type.Array(Capability),
    startup_files: Type.Array(StartupFile),
  },
  { $id: "TemplateDetail", description: "A template with all that belongs to it" },
);
export type TemplateDetail = Static<typeof TemplateDetail>;

const name = Type.String({ maxLength: 256 });

export const CreateTemplate = Strict(
  {
    name: Type.Optional(name),
    engine: Type.Optional(Type.String()),
    settings: Type.Optional(SettingsPatch),
  },
  { $id: "CreateTemplate", description: "`name` is required" },
);
export type CreateTemplate = Static<typeof CreateTemplate>;

export const UpdateTemplate = Strict(
  { name: Type.Optional(name), settings: Type.Optional(SettingsPatch) },
  { $id: "UpdateTemplate", description: "What is absent is not changed" },
);
export type UpdateTemplate = Static<typeof UpdateTemplate>;

export const CreateCapability = Strict(
  {
    kind: Type.Optional(Type.String()),
    name: Type.Optional(name),
    enabled: Type.Optional(Type.Boolean()),
    config: Type.Optional(JsonObject),
  },
  { $id: "CreateCapability", description: "`kind` and `name` are required" },
);
export type CreateCapability = Static<typeof CreateCapability>;

export const CreateStartupFile = Strict(
  {
    path: Type.Optional(Type.String()),
    order_index: Type.Optional(Type.Integer({ minimum: -2147483648, maximum: 2147483647 })),
    mode: Type.Optional(Type.String()),
  },
  { $id: "CreateStartupFile", description: "`path` is required" },
);
export type CreateStartupFile = Static<typeof CreateStartupFile>;

/** The body that attaches a module or a library: `name` is required. */
export const NameBody = Strict({ name: Type.Optional(name) }, { $id: "NameBody" });
export type NameBody = Static<typeof NameBody>;

export const TemplateName = Strict(
  { template_id: Uuid, name: Type.String() },
  { $id: "TemplateName" },
);
export type TemplateName = Static<typeof TemplateName>;
