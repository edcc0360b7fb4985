import { checkerOf } from "./check.ts";
import { Execution } from "./execution.ts";
import { elementsOf } from "./json-elements.ts";
import { LIMITS } from "./limits.ts";
import { JsonObject, OneOf, type Static, Strict, Type, Uuid } from "./schema.ts";
import type { SessionGrants } from "./session.ts";
import { invalid, openSessionFile, packSessionFile, parseSection } from "./session-file.ts";
import { Limits, Resolver, Runtime } from "./settings.ts";
import { Slice } from "./slice.ts";
import { CAPABILITY_KINDS } from "./template.ts";

/** What is in a session file, as its JSON sections say it. A file may say anything: it is checked. */

const Name = Type.String({ minLength: 1, maxLength: LIMITS.nameCharsMax });
const Names = Type.Array(Name, { maxItems: 256 });
/** So that it is a name of the cache and nothing else. */
const LibraryName = Type.String({ pattern: "^[a-z0-9][a-z0-9._-]{0,127}$" });
const LibraryNames = Type.Array(LibraryName, { maxItems: 256 });
const Digest = Type.String({ pattern: "^[0-9a-f]{64}$" });
const Settings = Strict({ limits: Limits, resolver: Resolver, runtime: Runtime });

/** A template without its ids: two are the same when all of it is equal. */
export const TemplateDefinition = Strict({
  engine: OneOf(["quickjs", "goja"]),
  settings: Settings,
  exposed_modules: Names,
  libraries: LibraryNames,
  capabilities: Type.Array(
    Strict({
      kind: OneOf(CAPABILITY_KINDS),
      name: Name,
      enabled: Type.Boolean(),
      config: JsonObject,
    }),
    { maxItems: 1024 },
  ),
  startup_files: Type.Array(
    Strict({
      path: Type.String({ minLength: 1, maxLength: LIMITS.pathBytesMax }),
      order_index: Type.Integer({ minimum: -2147483648, maximum: 2147483647 }),
      mode: OneOf(["eval"]),
    }),
    { maxItems: 1024 },
  ),
});
export type TemplateDefinition = Static<typeof TemplateDefinition>;

const Grants = Strict({
  settings: Settings,
  modules: Names,
  libraries: LibraryNames,
  globals: JsonObject,
  env: JsonObject,
  fsReadOnly: Type.Boolean(),
  netAllowed: Type.Boolean(),
});

const SessionPart = Strict({
  /** Of the session that the file was made of. */
  id: Uuid,
  workspace_id: Name,
  base_commit_oid: Name,
  head_execution_id: Type.Optional(Uuid),
  template: Strict({ name: Name, definition: TemplateDefinition }),
  grants: Grants,
  /** Absent: nothing has run in it yet, and any program's fresh runtime is its state. */
  image: Type.Optional(
    Strict({
      engine: Digest,
      base: Digest,
    }),
  ),
});

/** The session and what it is made of. */
export type SessionPart = Omit<Static<typeof SessionPart>, "grants"> & {
  readonly grants: SessionGrants;
};

export interface SessionContent {
  readonly session: SessionPart;
  /** The base image's bytes, for a program that does not have it. */
  readonly base?: Uint8Array;
  /** The state: one delta against the base image. */
  readonly image?: Uint8Array;
  /** Ended executions with their events, oldest first. */
  readonly history?: readonly Execution[];
}

/** @throws VmError BODY_TOO_LARGE */
export async function encodeSession(
  { session, base, image, history }: SessionContent,
  made: { madeBy: string; createdAt: string },
): Promise<Uint8Array> {
  return packSessionFile(
    {
      session: Buffer.from(JSON.stringify(session)),
      ...(base === undefined ? {} : { base }),
      ...(image === undefined ? {} : { image }),
      ...(history === undefined ? {} : { history: await historyJson(history) }),
    },
    made,
  );
}

/** As `readHistory` reads it, and as it does one by one. */
async function historyJson(history: readonly Execution[]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const slice = new Slice();
  for (const execution of history) {
    const comma = pieces.length === 0 ? "" : ",";
    pieces.push(Buffer.from(comma + JSON.stringify(execution)));
    await slice.over();
  }
  return Buffer.concat([Buffer.from('{"executions":['), ...pieces, Buffer.from("]}")]);
}

const checkSession = checkerOf(SessionPart);
const checkExecution = checkerOf(Execution);

/** @throws VmError IMAGE_INVALID, IMAGE_UNSUPPORTED */
export async function decodeSession(bytes: Uint8Array): Promise<SessionContent> {
  const file = openSessionFile(bytes);
  const sessionBytes = await file.read("session");
  if (!sessionBytes) throw invalid("it has no section session");
  const session = checked("session", checkSession, sessionBytes) as SessionPart;
  const image = await file.read("image");
  if ((image === undefined) !== (session.image === undefined)) {
    throw invalid("its section image is not what its section session says");
  }
  const base = await file.read("base");
  const historyBytes = await file.read("history");
  const history = historyBytes && (await readHistory(historyBytes));
  return {
    session,
    ...(base === undefined ? {} : { base }),
    ...(image === undefined ? {} : { image }),
    ...(history === undefined ? {} : { history }),
  };
}

/** `{"executions": […]}`, one by one: a long one would keep every other request waiting. */
async function readHistory(bytes: Buffer): Promise<Execution[]> {
  const executions = new Map<string, Execution>();
  const slice = new Slice();
  for (const json of historyElements(bytes)) {
    await slice.over();
    if (!json) continue;
    const execution = readExecution(json);
    if (executions.has(execution.id)) throw invalid("an execution is in it twice");
    executions.set(execution.id, execution);
    if (executions.size > LIMITS.exportExecutionsMax) throw invalid("its history is too long");
  }
  return [...executions.values()];
}

function* historyElements(bytes: Buffer): Generator<Buffer | undefined> {
  try {
    yield* elementsOf(bytes, "executions");
  } catch (cause) {
    throw invalid("its section history is no list of executions", cause);
  }
}

function readExecution(json: Buffer): Execution {
  const execution = checked("history", checkExecution, json) as Execution;
  const { status, started_at, ended_at, undone_at, events = [] } = execution;
  if (status === "running" || ended_at === undefined) throw invalid("an execution has no end");
  const times = [started_at, ended_at, undone_at, ...events.map(({ ts }) => ts)];
  if (!times.every(isMoment)) throw invalid("a time is none");
  if (events.some(({ seq }, index) => seq !== index + 1)) throw invalid("an event is missing");
  return execution;
}

/** The pattern of a timestamp lets the 31st of February pass. */
function isMoment(text: string | undefined): boolean {
  if (text === undefined) return true;
  const ms = Date.parse(text);
  return Number.isFinite(ms) && new Date(ms).toISOString() === text;
}

function checked(
  name: "session" | "history",
  check: ReturnType<typeof checkerOf>,
  bytes: Uint8Array,
): unknown {
  const value = parseSection(name, bytes);
  const [issue] = check(value);
  if (issue) throw invalid(`its section ${name} says that ${issue.message}`);
  return value;
}
