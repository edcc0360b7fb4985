import type { SettingsValues } from "../settings.ts";
import type {
  Capability,
  CapabilityKind,
  StartupFile,
  Template,
  TemplateDetail,
} from "../template.ts";

export interface TemplateStore {
  /** @throws VmError TEMPLATE_EXISTS */
  insert(template: Template, settings: SettingsValues): Promise<void>;
  get(id: string): Promise<TemplateDetail | undefined>;
  /** Newest first. */
  list(): Promise<Template[]>;
  /**
   * @param change.settings  Makes the new ones of those that are there then: others may change them too.
   * @returns False: no such template.
   * @throws VmError TEMPLATE_EXISTS when the new name is taken
   */
  update(
    id: string,
    change: {
      name?: string;
      settings?: (before: SettingsValues) => SettingsValues;
      updated_at: string;
    },
  ): Promise<boolean>;
  /** Cascades to settings, capabilities and startup files. False: no such template. */
  delete(id: string): Promise<boolean>;
  /** Attaching what is attached changes nothing. */
  addName(id: string, list: "modules" | "libraries", name: string, now: string): Promise<void>;
  /** Removing what is absent changes nothing. */
  removeName(id: string, list: "modules" | "libraries", name: string, now: string): Promise<void>;
  /** @throws VmError CAPABILITY_EXISTS when (kind, name) is taken */
  insertCapability(capability: Capability): Promise<void>;
  /** By kind, then name. */
  listCapabilities(id: string): Promise<Capability[]>;
  findCapability(id: string, kind: CapabilityKind, name: string): Promise<Capability | undefined>;
  /** False: the template has none of this id. */
  deleteCapability(id: string, capabilityId: string): Promise<boolean>;
  /** @throws VmError STARTUP_FILE_EXISTS when the path is taken */
  insertStartupFile(file: StartupFile): Promise<void>;
  /** By order_index, then insertion. */
  listStartupFiles(id: string): Promise<StartupFile[]>;
  deleteStartupFile(id: string, startupFileId: string): Promise<boolean>;
}
