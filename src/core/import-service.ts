import { VmError } from "./errors.ts";
import type { Execution } from "./execution.ts";
import type { ExecutionRunner } from "./execution-runner.ts";
import { grantsOf } from "./grants.ts";
import { newId, parseId } from "./ids.ts";
import type { Clock } from "./ports/clock.ts";
import type { ImportedSession } from "./ports/import-store.ts";
import type { ModuleCatalog } from "./ports/module-catalog.ts";
import type { Runner } from "./ports/runner.ts";
import type { NewSession } from "./ports/session-store.ts";
import type { Store } from "./ports/store.ts";
import type { Worktrees } from "./ports/worktrees.ts";
import { printable, required } from "./required.ts";
import type { Residency } from "./residency.ts";
import type { Session, SessionGrants } from "./session.ts";
import { invalid } from "./session-file.ts";
import { decodeSession, type SessionContent } from "./session-file-parts.ts";
import { SessionImages } from "./session-images.ts";
import { Slice } from "./slice.ts";
import type { TemplateDetail } from "./template.ts";
import { matchTemplate } from "./template-match.ts";

export interface ImportOptions {
  readonly worktree_path?: string | undefined;
  /** Default: the file's. */
  readonly workspace_id?: string | undefined;
  /** Default: the file's. */
  readonly base_commit_oid?: string | undefined;
  /** What the session may do; default: what the file says. */
  readonly template_id?: string | undefined;
}

/** Imports at the same time may want to make a template of the same name. */
const TRIES_MAX = 100;

/** Sessions from files. */
export class ImportService {
  private readonly images: SessionImages;

  constructor(
    private readonly store: Store,
    private readonly runs: ExecutionRunner,
    private readonly runner: Runner,
    private readonly worktrees: Worktrees,
    private readonly modules: ModuleCatalog,
    private readonly residency: Residency,
    private readonly clock: Clock,
  ) {
    this.images = new SessionImages(runner);
  }

  /**
   * A new ready session from a file, with the state, and with the history that the file has. Its
   * template is matched or made (template-match.ts). Nothing is kept of a file that is refused.
   *
   * @throws VmError VALIDATION_ERROR, TEMPLATE_NOT_FOUND, INVALID_WORKTREE, IMAGE_INVALID,
   *   IMAGE_UNSUPPORTED, QUEUE_FULL, SHUTTING_DOWN, STORE_FULL
   */
  async import(bytes: Uint8Array, options: ImportOptions): Promise<Session> {
    const { worktree_path } = required(
      { worktree_path: options.worktree_path },
      "worktree_path is required",
    );
    for (const field of ["workspace_id", "base_commit_oid"] as const) {
      const value = options[field];
      if (value !== undefined) printable(field, value);
    }
    const template =
      options.template_id === undefined ? undefined : await this.template(options.template_id);
    this.runs.assertOpen();
    const worktree = await this.worktrees.check(worktree_path);
    const content = await decodeSession(bytes);
    this.assertSane(content);
    const granted = template ? grantsOf(template, this.modules) : content.session.grants;
    const grants = { ...granted, worktree };
    this.assertModules(grants);
    const id = newId();
    try {
      await this.keep(id, content, { ...options, worktree_path, template, grants });
    } catch (error) {
      this.runner.forget(id);
      throw error;
    }
    const session = (await this.store.sessions.get(id))!.session;
    return { ...session, residency: this.residency.of(id) };
  }

  /** What the schema cannot say. @throws VmError IMAGE_INVALID */
  private assertSane({
    session: { workspace_id, base_commit_oid, template },
  }: SessionContent): void {
    const { capabilities, startup_files } = template.definition;
    try {
      printable("workspace_id", workspace_id);
      printable("base_commit_oid", base_commit_oid);
      printable("the template's name", template.name);
      for (const { name } of capabilities) printable("a capability's name", name);
      for (const { path } of startup_files) {
        if (this.worktrees.cleanPath(path) !== path)
          throw invalid("a startup file's path is not clean");
      }
    } catch (error) {
      if (!(error instanceof VmError)) throw error;
      throw error.code === "IMAGE_INVALID" ? error : invalid(error.message);
    }
    const keys = capabilities.map(({ kind, name }) => `${kind} ${name}`);
    const paths = startup_files.map(({ path }) => path);
    if (new Set(keys).size < keys.length || new Set(paths).size < paths.length) {
      throw invalid("its template has something twice");
    }
  }

  /** @throws VmError IMAGE_UNSUPPORTED */
  private assertModules({ modules }: SessionGrants): void {
    const unknown = modules.find((name) => !this.modules.names.includes(name));
    if (unknown === undefined) return;
    throw new VmError("IMAGE_UNSUPPORTED", {
      message: `The session uses the module ${unknown}, which this program does not have`,
      details: { module: unknown },
    });
  }

  private async keep(
    id: string,
    content: SessionContent,
    options: ImportOptions & {
      worktree_path: string;
      template: TemplateDetail | undefined;
      grants: SessionGrants;
    },
  ): Promise<void> {
    const { session: source, history = [] } = content;
    const { grants } = options;
    const now = this.now();
    const imported = await this.adopt(id, content, grants);
    const ids = new Map(history.map((execution) => [execution.id, newId()]));
    const headExecutionId = ids.get(source.head_execution_id ?? "");
    const sessionOf = (vm_id: string): NewSession => ({
      session: {
        id,
        vm_id,
        workspace_id: options.workspace_id ?? source.workspace_id,
        base_commit_oid: options.base_commit_oid ?? source.base_commit_oid,
        worktree_path: options.worktree_path,
        status: "ready",
        created_at: now,
      },
      grants,
      ...(imported === undefined ? {} : { headCheckpointId: imported.checkpointId }),
      ...(headExecutionId === undefined ? {} : { headExecutionId }),
    });
    const belongings: Omit<ImportedSession, "session" | "template"> = {
      ...(imported?.base === undefined ? {} : { base: imported.base }),
      ...(imported === undefined
        ? {}
        : {
            checkpoint: {
              id: imported.checkpointId,
              sessionId: id,
              ...(headExecutionId === undefined
                ? { kind: "imported" }
                : { kind: "execution", executionId: headExecutionId }),
              createdAt: now,
              data: imported.data,
            },
          }),
      executions: await allOfSession(history, id, ids),
    };
    if (options.template) {
      const session = sessionOf(options.template.template.id);
      return this.store.imports.insert({ session, ...belongings });
    }
    const { name, definition } = source.template;
    for (let tries = 1; ; tries++) {
      const { id: vm_id, make } = await matchTemplate(this.store.templates, name, definition, now);
      try {
        return await this.store.imports.insert({
          session: sessionOf(vm_id),
          ...(make === undefined ? {} : { template: make }),
          ...belongings,
        });
      } catch (error) {
        // Somebody made one of that name meanwhile.
        const isTaken = error instanceof VmError && error.code === "TEMPLATE_EXISTS";
        if (!isTaken || tries === TRIES_MAX) throw error;
      }
    }
  }

  /** Undefined: it begins with a fresh runtime. */
  private async adopt(id: string, { session, image, base }: SessionContent, grants: SessionGrants) {
    if (!session.image || !image) return undefined;
    const { engine, base: digest } = session.image;
    const own = await this.runner.engine();
    const isHere =
      own.base === digest || (await this.store.checkpoints.getBase(digest)) !== undefined;
    if (!isHere && base === undefined) {
      throw new VmError("IMAGE_UNSUPPORTED", {
        message:
          "The session's image needs a base image that neither the file nor this program has",
        details: { base: digest },
      });
    }
    const foreign = own.base === digest ? undefined : base;
    const checkpointId = newId();
    const data = await this.images.adopt(id, checkpointId, grants, {
      engine,
      base: digest,
      delta: image,
      ...(foreign === undefined ? {} : { baseBytes: foreign }),
    });
    return {
      checkpointId,
      data,
      ...(own.base === digest
        ? {}
        : { base: { digest, engine, ...(foreign === undefined ? {} : { bytes: foreign }) } }),
    };
  }

  private async template(id: string): Promise<TemplateDetail> {
    const templateId = parseId("template", id);
    const detail = await this.store.templates.get(templateId);
    if (detail) return detail;
    throw new VmError("TEMPLATE_NOT_FOUND", { details: { template_id: templateId } });
  }

  private now(): string {
    return new Date(this.clock.nowMs()).toISOString();
  }
}

async function allOfSession(
  history: readonly Execution[],
  sessionId: string,
  ids: ReadonlyMap<string, string>,
): Promise<Execution[]> {
  const slice = new Slice();
  const executions: Execution[] = [];
  for (const execution of history) {
    executions.push(ofSession(execution, sessionId, ids));
    await slice.over();
  }
  return executions;
}

/** Under new ids; what it refers to that is not in the file is left out. */
function ofSession(
  execution: Execution,
  sessionId: string,
  ids: ReadonlyMap<string, string>,
): Execution {
  const { parent_execution_id: parent, at_execution_id: at, events = [], ...rest } = execution;
  const id = ids.get(execution.id)!;
  const [newParent, newAt] = [ids.get(parent ?? ""), ids.get(at ?? "")];
  return {
    ...rest,
    id,
    session_id: sessionId,
    ...(newParent === undefined ? {} : { parent_execution_id: newParent }),
    ...(newAt === undefined ? {} : { at_execution_id: newAt }),
    events: events.map((event) => ({ ...event, execution_id: id })),
  };
}
