import { VmError } from "./errors.ts";
import { newId, parseId } from "./ids.ts";
import type { Clock } from "./ports/clock.ts";
import type { LibraryCache } from "./ports/library-cache.ts";
import type { ModuleCatalog } from "./ports/module-catalog.ts";
import type { TemplateStore } from "./ports/template-store.ts";
import type { Worktrees } from "./ports/worktrees.ts";
import { invalidField, printable, required } from "./required.ts";
import { DEFAULT_SETTINGS, mergeSettings, type SettingsValues } from "./settings.ts";
import type {
  Capability,
  CapabilityKind,
  CreateCapability,
  CreateStartupFile,
  CreateTemplate,
  NameBody,
  StartupFile,
  Template,
  TemplateDetail,
  TemplateName,
  UpdateTemplate,
} from "./template.ts";
import { CAPABILITY_KINDS } from "./template.ts";

/** `goja` is what an older program of this contract called its engine; templates name it still. */
const ENGINES: readonly string[] = ["quickjs", "goja"];
const STARTUP_MODES: readonly string[] = ["eval"];

type NameList = "modules" | "libraries";

/** Templates and what belongs to them. Ids may be given in either case; every method checks them. */
export class TemplateService {
  constructor(
    private readonly store: TemplateStore,
    private readonly worktrees: Worktrees,
    private readonly libraries: LibraryCache,
    private readonly modules: ModuleCatalog,
    private readonly clock: Clock,
  ) {}

  /** Newest first. */
  list(): Promise<Template[]> {
    return this.store.list();
  }

  /** @throws VmError VALIDATION_ERROR, ENGINE_UNSUPPORTED, TEMPLATE_EXISTS */
  async create(body: CreateTemplate): Promise<Template> {
    const { name } = required({ name: body.name }, "name is required");
    printable("name", name);
    const engine = body.engine ?? "quickjs";
    if (!ENGINES.includes(engine)) {
      throw new VmError("ENGINE_UNSUPPORTED", {
        message: `Engine is not supported: ${engine}`,
        details: { requested_engine: engine, supported_engines: ["quickjs"] },
      });
    }
    const now = this.now();
    const template: Template = {
      id: newId(),
      name,
      engine,
      is_active: true,
      exposed_modules: [],
      libraries: [],
      created_at: now,
      updated_at: now,
    };
    await this.store.insert(template, mergeSettings(DEFAULT_SETTINGS, body.settings));
    return template;
  }

  /** @throws VmError TEMPLATE_NOT_FOUND */
  async get(id: string): Promise<TemplateDetail> {
    const detail = await this.store.get(parseId("template", id));
    if (!detail) throw notFound(id);
    return detail;
  }

  /** Sessions keep the settings they were made with. @throws VmError TEMPLATE_NOT_FOUND, TEMPLATE_EXISTS */
  async update(id: string, body: UpdateTemplate): Promise<TemplateDetail> {
    if (body.name !== undefined) printable("name", body.name);
    const { settings: patch } = body;
    await this.store.update(parseId("template", id), {
      ...(body.name === undefined ? {} : { name: body.name }),
      ...(patch === undefined
        ? {}
        : { settings: (before: SettingsValues) => mergeSettings(before, patch) }),
      updated_at: this.now(),
    });
    return this.get(id);
  }

  /** Sessions made from it go on. @throws VmError TEMPLATE_NOT_FOUND */
  async delete(id: string): Promise<void> {
    if (!(await this.store.delete(parseId("template", id)))) throw notFound(id);
  }

  // -------------------------------------------------------------- capabilities

  /** By kind, then name. */
  async listCapabilities(id: string): Promise<Capability[]> {
    return (await this.get(id)).capabilities;
  }

  /** @throws VmError VALIDATION_ERROR, TEMPLATE_NOT_FOUND, CAPABILITY_EXISTS */
  async addCapability(id: string, body: CreateCapability): Promise<Capability> {
    const { kind, name } = required(
      { kind: body.kind, name: body.name },
      "kind and name are required",
    );
    if (!isCapabilityKind(kind)) {
      const message = `kind must be one of ${CAPABILITY_KINDS.join(", ")}`;
      throw invalidField("/kind", message);
    }
    printable("name", name);
    const { template } = await this.get(id);
    const capability: Capability = {
      id: newId(),
      vm_id: template.id,
      kind,
      name,
      enabled: body.enabled ?? true,
      config: body.config ?? {},
    };
    await this.store.insertCapability(capability);
    return capability;
  }

  /** @throws VmError TEMPLATE_NOT_FOUND, CAPABILITY_NOT_FOUND */
  async removeCapability(id: string, capabilityId: string): Promise<void> {
    const capability = parseId("capability", capabilityId);
    const { template } = await this.get(id);
    if (await this.store.deleteCapability(template.id, capability)) return;
    throw new VmError("CAPABILITY_NOT_FOUND", {
      details: { template_id: template.id, capability_id: capability },
    });
  }

  // -------------------------------------------------------------- modules and libraries

  async listModules(id: string): Promise<string[]> {
    return (await this.get(id)).template.exposed_modules;
  }

  /** Repeating it changes nothing. @throws VmError TEMPLATE_NOT_FOUND, MODULE_NOT_ALLOWED */
  async addModule(id: string, body: NameBody): Promise<TemplateName> {
    const { name } = required({ name: body.name?.trim() }, "name is required");
    const module = name.toLowerCase();
    const { template } = await this.get(id);
    if (!this.modules.names.includes(module)) {
      throw new VmError("MODULE_NOT_ALLOWED", {
        details: { template_id: template.id, module, allowed_modules: this.modules.names },
      });
    }
    return this.addName(template.id, "modules", module);
  }

  /** Removing one that is absent changes nothing. */
  async removeModule(id: string, name: string): Promise<string> {
    return this.removeName(id, "modules", name.trim().toLowerCase());
  }

  async listLibraries(id: string): Promise<string[]> {
    return (await this.get(id)).template.libraries;
  }

  /** Stored as `<id>-<version>`. @throws VmError TEMPLATE_NOT_FOUND, LIBRARY_UNKNOWN */
  async addLibrary(id: string, body: NameBody): Promise<TemplateName> {
    const { name } = required({ name: body.name?.trim() }, "name is required");
    const { template } = await this.get(id);
    const library = await this.libraries.canonicalName(name);
    if (library === undefined) {
      throw new VmError("LIBRARY_UNKNOWN", {
        message: `Library is not in the catalog: ${name}`,
        details: { template_id: template.id, library: name },
      });
    }
    return this.addName(template.id, "libraries", library);
  }

  async removeLibrary(id: string, name: string): Promise<string> {
    const library = (await this.libraries.canonicalName(name.trim())) ?? name.trim();
    return this.removeName(id, "libraries", library);
  }

  private async addName(id: string, list: NameList, name: string): Promise<TemplateName> {
    await this.store.addName(id, list, name, this.now());
    return { template_id: id, name };
  }

  private async removeName(id: string, list: NameList, name: string): Promise<string> {
    const { template } = await this.get(id);
    await this.store.removeName(template.id, list, name, this.now());
    return name;
  }

  // -------------------------------------------------------------- startup files

  /** By order_index, then insertion. */
  async listStartupFiles(id: string): Promise<StartupFile[]> {
    return (await this.get(id)).startup_files;
  }

  /** @throws VmError INVALID_PATH, STARTUP_MODE_UNSUPPORTED, TEMPLATE_NOT_FOUND, STARTUP_FILE_EXISTS */
  async addStartupFile(id: string, body: CreateStartupFile): Promise<StartupFile> {
    const { path } = required({ path: body.path }, "path is required");
    const { template } = await this.get(id);
    const cleaned = this.worktrees.cleanPath(path);
    const mode = body.mode ?? "eval";
    if (!STARTUP_MODES.includes(mode)) {
      throw new VmError("STARTUP_MODE_UNSUPPORTED", {
        details: {
          template_id: template.id,
          requested_mode: mode,
          supported_modes: STARTUP_MODES,
        },
      });
    }
    const file: StartupFile = {
      id: newId(),
      vm_id: template.id,
      path: cleaned,
      order_index: body.order_index ?? 0,
      mode,
    };
    await this.store.insertStartupFile(file);
    return file;
  }

  /** @throws VmError TEMPLATE_NOT_FOUND, STARTUP_FILE_NOT_FOUND */
  async removeStartupFile(id: string, startupFileId: string): Promise<void> {
    const file = parseId("startup_file", startupFileId);
    const { template } = await this.get(id);
    if (await this.store.deleteStartupFile(template.id, file)) return;
    throw new VmError("STARTUP_FILE_NOT_FOUND", {
      details: { template_id: template.id, startup_file_id: file },
    });
  }

  private now(): string {
    return new Date(this.clock.nowMs()).toISOString();
  }
}

const isCapabilityKind = (kind: string): kind is CapabilityKind =>
  (CAPABILITY_KINDS as readonly string[]).includes(kind);

const notFound = (id: string) =>
  new VmError("TEMPLATE_NOT_FOUND", { details: { template_id: id.toLowerCase() } });
