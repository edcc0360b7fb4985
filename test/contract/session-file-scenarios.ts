import { NOWHERE, type World } from "./api-world.ts";
import { type Given, invalid, type Scenario } from "./scenario.ts";

const OCTETS = { "content-type": "application/octet-stream" };
const FORMAT_VERSION_AT = 12;

const SESSION = ({ session_id }: World): Given => ({ params: { session_id } });

/** What the session of the world exports as, imported with these parameters too. */
async function importOf(world: World, more: Record<string, string> = {}): Promise<Given> {
  const query = new URLSearchParams({ worktree_path: world.worktree, ...more });
  return { query: `${query}`, headers: OCTETS, body: await world.file(world.session_id) };
}

export const SESSION_FILE_SCENARIOS: readonly Scenario[] = [
  { route: "GET /sessions/:session_id/export", says: "a file", given: SESSION, status: 200 },
  {
    route: "GET /sessions/:session_id/export",
    says: "with the history",
    given: (world) => ({ ...SESSION(world), query: "history=true" }),
    status: 200,
  },
  {
    route: "GET /sessions/:session_id/export",
    says: "of one that runs",
    given: ({ busy_session_id }) => ({ params: { session_id: busy_session_id } }),
    status: 200,
  },
  invalid(
    "GET /sessions/:session_id/export",
    "history that is no switch",
    "history must be true or false",
    (world) => ({ ...SESSION(world), query: "history=yes" }),
  ),
  {
    route: "GET /sessions/:session_id/export",
    says: "of a crashed one",
    given: ({ crashed_session_id }) => ({ params: { session_id: crashed_session_id } }),
    status: 409,
    code: "SESSION_NOT_READY",
    holds: () => ({ status: "crashed" }),
  },
  {
    route: "GET /sessions/:session_id/export",
    says: "of a closed one whose states were given up",
    given: async (world) => {
      const session_id = await world.session(world.template_id);
      await world.make(`/sessions/${session_id}/close`, {});
      await world.make("/runtime/gc", {});
      return { params: { session_id } };
    },
    status: 409,
    code: "CHECKPOINT_GONE",
    message: "The states of this closed session are no longer kept",
    holds: () => ({ status: "closed" }),
  },
  {
    route: "POST /sessions/import",
    says: "makes a session of the same template",
    given: (world) => importOf(world),
    status: 201,
    holds: ({ template_id, worktree }) => ({
      vm_id: template_id,
      workspace_id: "workspace",
      base_commit_oid: "0123abc",
      worktree_path: worktree,
      status: "ready",
    }),
  },
  {
    route: "POST /sessions/import",
    says: "with names of its own, and by another template",
    given: async (world) =>
      importOf(world, {
        workspace_id: "other",
        base_commit_oid: "main",
        template_id: await world.template(),
      }),
    status: 201,
    holds: () => ({ workspace_id: "other", base_commit_oid: "main" }),
  },
  invalid(
    "POST /sessions/import",
    "no worktree",
    "worktree_path query param is required",
    async (world) => ({ ...(await importOf(world)), query: "" }),
  ),
  invalid(
    "POST /sessions/import",
    "a template id that is none",
    "template_id must be a valid UUID",
    (world) => importOf(world, { template_id: "seven" }),
  ),
  invalid(
    "POST /sessions/import",
    "a workspace with a line break",
    "workspace_id must not contain control characters",
    (world) => importOf(world, { workspace_id: "a\nb" }),
  ),
  {
    route: "POST /sessions/import",
    says: "an unknown template",
    given: (world) => importOf(world, { template_id: NOWHERE }),
    status: 404,
    code: "TEMPLATE_NOT_FOUND",
    holds: () => ({ template_id: NOWHERE }),
  },
  {
    route: "POST /sessions/import",
    says: "a worktree that is not there",
    given: (world) => importOf(world, { worktree_path: "/no/such/folder" }),
    status: 422,
    code: "INVALID_WORKTREE",
    message: /^The worktree path does not exist: /,
  },
  ...[
    ["nothing", () => new Uint8Array(0)],
    ["something else", () => new TextEncoder().encode("PK and so on")],
    ["a file that is cut off", (file: Uint8Array) => file.slice(0, -1)],
  ].map(
    ([says, bytesOf]): Scenario => ({
      route: "POST /sessions/import",
      says: says as string,
      given: async (world) => {
        const given = await importOf(world);
        const change = bytesOf as (file: Uint8Array) => Uint8Array;
        return { ...given, body: change(given.body as Uint8Array) };
      },
      status: 422,
      code: "IMAGE_INVALID",
      message: /^The session file cannot be read: /,
    }),
  ),
  {
    route: "POST /sessions/import",
    says: "a newer format",
    given: async (world) => {
      const given = await importOf(world);
      const body = Uint8Array.from(given.body as Uint8Array);
      body[FORMAT_VERSION_AT] = 2;
      return { ...given, body };
    },
    status: 422,
    code: "IMAGE_UNSUPPORTED",
    message: "The session file has format 2, and this program reads format 1",
  },
];
