import { VmError } from "../core/errors.ts";
import type { TemplateStore } from "../core/ports/template-store.ts";
import type { SettingsValues } from "../core/settings.ts";
import type {
  Capability,
  CapabilityKind,
  StartupFile,
  Template,
  TemplateDetail,
} from "../core/template.ts";
import { toJson, toMs, toTimestamp } from "./columns.ts";
import type { GroupWriter } from "./group-writer.ts";
import type { Statements } from "./statements.ts";

interface TemplateRow {
  id: string;
  name: string;
  engine: string;
  is_active: number;
  exposed_modules: string;
  libraries: string;
  created_at: number;
  updated_at: number;
}

interface SettingsRow {
  limits: string;
  resolver: string;
  runtime: string;
}

interface CapabilityRow {
  id: string;
  vm_id: string;
  kind: CapabilityKind;
  name: string;
  enabled: number;
  config: string;
}

export interface SqliteTemplates extends TemplateStore {
  /** Inside a transaction of the caller's: a whole template. @throws VmError TEMPLATE_EXISTS */
  put(detail: TemplateDetail): void;
}

/** The tables vm, vm_settings, vm_capability and vm_startup_file. */
export function templateStore(statements: Statements, writer: GroupWriter): SqliteTemplates {
  const sql = {
    insert: statements.prepare(
      `INSERT INTO vm (id, name, engine, is_active, exposed_modules, libraries, created_at, updated_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
    ),
    insertSettings: statements.prepare(
      "INSERT INTO vm_settings (vm_id, limits, resolver, runtime) VALUES (?1, ?2, ?3, ?4)",
    ),
    get: statements.prepare<TemplateRow>("SELECT * FROM vm WHERE id = ?1"),
    getSettings: statements.prepare<SettingsRow>(
      "SELECT limits, resolver, runtime FROM vm_settings WHERE vm_id = ?1",
    ),
    list: statements.prepare<TemplateRow>("SELECT * FROM vm ORDER BY no DESC"),
    idOfName: statements.prepare<{ id: string }>("SELECT id FROM vm WHERE name = ?1"),
    update: statements.prepare(
      `UPDATE vm SET name = coalesce(?2, name), exposed_modules = coalesce(?3, exposed_modules),
         libraries = coalesce(?4, libraries), updated_at = ?5 WHERE id = ?1`,
    ),
    updateSettings: statements.prepare(
      "UPDATE vm_settings SET limits = ?2, resolver = ?3, runtime = ?4 WHERE vm_id = ?1",
    ),
    delete: statements.prepare("DELETE FROM vm WHERE id = ?1"),
    insertCapability: statements.prepare(
      "INSERT INTO vm_capability (id, vm_id, kind, name, enabled, config) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    ),
    listCapabilities: statements.prepare<CapabilityRow>(
      "SELECT * FROM vm_capability WHERE vm_id = ?1 ORDER BY kind, name",
    ),
    findCapability: statements.prepare<CapabilityRow>(
      "SELECT * FROM vm_capability WHERE vm_id = ?1 AND kind = ?2 AND name = ?3",
    ),
    deleteCapability: statements.prepare("DELETE FROM vm_capability WHERE vm_id = ?1 AND id = ?2"),
    insertStartupFile: statements.prepare(
      "INSERT INTO vm_startup_file (id, vm_id, path, order_index, mode) VALUES (?1, ?2, ?3, ?4, ?5)",
    ),
    listStartupFiles: statements.prepare<StartupFile>(
      `SELECT id, vm_id, path, order_index, mode FROM vm_startup_file
       WHERE vm_id = ?1 ORDER BY order_index, no`,
    ),
    findStartupFile: statements.prepare(
      "SELECT 1 FROM vm_startup_file WHERE vm_id = ?1 AND path = ?2",
    ),
    deleteStartupFile: statements.prepare(
      "DELETE FROM vm_startup_file WHERE vm_id = ?1 AND id = ?2",
    ),
  };

  function existing(id: string): TemplateRow {
    const row = sql.get.get(id);
    if (row) return row;
    throw new VmError("TEMPLATE_NOT_FOUND", { details: { template_id: id } });
  }

  function assertNameFree(name: string, exceptId?: string): void {
    const taken = sql.idOfName.get(name);
    if (!taken || taken.id === exceptId) return;
    throw new VmError("TEMPLATE_EXISTS", { details: { template_id: taken.id, name } });
  }

  function changeNames(
    id: string,
    list: "modules" | "libraries",
    now: string,
    change: (names: string[]) => string[],
  ): void {
    const row = existing(id);
    const before: string[] = JSON.parse(list === "modules" ? row.exposed_modules : row.libraries);
    const after = change(before);
    if (after.length === before.length) return;
    const json = toJson(after);
    const [modules, libraries] = list === "modules" ? [json, null] : [null, json];
    sql.update.run(id, null, modules, libraries, toMs(now));
  }

  function putTemplate(template: Template, settings: SettingsValues): void {
    assertNameFree(template.name);
    sql.insert.run(
      template.id,
      template.name,
      template.engine,
      Number(template.is_active),
      toJson(template.exposed_modules),
      toJson(template.libraries),
      toMs(template.created_at),
      toMs(template.updated_at),
    );
    sql.insertSettings.run(template.id, ...settingsColumns(settings));
  }

  const putCapability = ({ id, vm_id, kind, name, enabled, config }: Capability) =>
    sql.insertCapability.run(id, vm_id, kind, name, Number(enabled), toJson(config));

  const putStartupFile = ({ id, vm_id, path, order_index, mode }: StartupFile) =>
    sql.insertStartupFile.run(id, vm_id, path, order_index, mode);

  return {
    put({ template, settings, capabilities, startup_files }) {
      putTemplate(template, settings);
      for (const capability of capabilities) putCapability(capability);
      for (const file of startup_files) putStartupFile(file);
    },

    insert: (template, settings) => writer.write(() => putTemplate(template, settings)),

    async get(id) {
      const row = sql.get.get(id);
      const settings = sql.getSettings.get(id);
      if (!row || !settings) return undefined;
      return {
        template: templateOf(row),
        settings: { vm_id: id, ...settingsOf(settings) },
        capabilities: sql.listCapabilities.all(id).map(capabilityOf),
        startup_files: sql.listStartupFiles.all(id),
      };
    },

    async list() {
      return sql.list.all().map(templateOf);
    },

    update: (id, { name, settings, updated_at }) =>
      writer.write(() => {
        if (!sql.get.get(id)) return false;
        if (name !== undefined) assertNameFree(name, id);
        sql.update.run(id, name ?? null, null, null, toMs(updated_at));
        const before = settings && sql.getSettings.get(id);
        if (before) sql.updateSettings.run(id, ...settingsColumns(settings(settingsOf(before))));
        return true;
      }),

    delete: (id) => writer.write(() => sql.delete.run(id).changes > 0),

    addName: (id, list, name, now) =>
      writer.write(() =>
        changeNames(id, list, now, (names) => (names.includes(name) ? names : [...names, name])),
      ),

    removeName: (id, list, name, now) =>
      writer.write(() =>
        changeNames(id, list, now, (names) => names.filter((other) => other !== name)),
      ),

    insertCapability: (capability) =>
      writer.write(() => {
        const { vm_id, kind, name } = capability;
        existing(vm_id);
        if (sql.findCapability.get(vm_id, kind, name)) {
          throw new VmError("CAPABILITY_EXISTS", { details: { template_id: vm_id, kind, name } });
        }
        putCapability(capability);
      }),

    async listCapabilities(id) {
      return sql.listCapabilities.all(id).map(capabilityOf);
    },

    async findCapability(id, kind, name) {
      const row = sql.findCapability.get(id, kind, name);
      return row ? capabilityOf(row) : undefined;
    },

    deleteCapability: (id, capabilityId) =>
      writer.write(() => sql.deleteCapability.run(id, capabilityId).changes > 0),

    insertStartupFile: (file) =>
      writer.write(() => {
        const { vm_id, path } = file;
        existing(vm_id);
        if (sql.findStartupFile.get(vm_id, path)) {
          throw new VmError("STARTUP_FILE_EXISTS", { details: { template_id: vm_id, path } });
        }
        putStartupFile(file);
      }),

    async listStartupFiles(id) {
      return sql.listStartupFiles.all(id);
    },

    deleteStartupFile: (id, startupFileId) =>
      writer.write(() => sql.deleteStartupFile.run(id, startupFileId).changes > 0),
  };
}

const settingsOf = ({ limits, resolver, runtime }: SettingsRow): SettingsValues => ({
  limits: JSON.parse(limits),
  resolver: JSON.parse(resolver),
  runtime: JSON.parse(runtime),
});

const settingsColumns = ({ limits, resolver, runtime }: SettingsValues) =>
  [toJson(limits), toJson(resolver), toJson(runtime)] as const;

const templateOf = (row: TemplateRow): Template => ({
  id: row.id,
  name: row.name,
  engine: row.engine,
  is_active: row.is_active === 1,
  exposed_modules: JSON.parse(row.exposed_modules),
  libraries: JSON.parse(row.libraries),
  created_at: toTimestamp(row.created_at),
  updated_at: toTimestamp(row.updated_at),
});

const capabilityOf = (row: CapabilityRow): Capability => ({
  id: row.id,
  vm_id: row.vm_id,
  kind: row.kind,
  name: row.name,
  enabled: row.enabled === 1,
  config: JSON.parse(row.config),
});
