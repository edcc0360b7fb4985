import type { Core } from "../core/core.ts";
import { Strict, Type } from "../core/schema.ts";
import { CreateSession, Session } from "../core/session.ts";
import { SESSION_FILE_EXTENSION } from "../core/session-file.ts";
import { idQuery } from "./query.ts";
import { OCTETS_TYPE, Octets, route } from "./route.ts";

const ExportQuery = Strict({
  history: Type.Optional(
    Type.Boolean({
      description: "true: with the executions and their events, the newest that fit",
    }),
  ),
});

const { workspace_id, base_commit_oid } = CreateSession.properties;

const ImportQuery = Strict({
  worktree_path: Type.String({
    description: "The folder that the session works in, absolute, on the daemon's machine",
  }),
  workspace_id: Type.Optional({ ...workspace_id, description: "Default: the file's" }),
  base_commit_oid: Type.Optional({ ...base_commit_oid, description: "Default: the file's" }),
  template_id: Type.Optional({
    ...idQuery("template"),
    description: "What the session may do; default: what the file says",
  }),
});

export const sessionFileRoutes = ({ exporter, importer }: Core) =>
  [
    route("GET /sessions/:session_id/export", {
      summary: "Export a session as a file",
      description:
        "Template, settings, heap and in-memory database, compressed and checksummed. A running session's last finished state is exported.",
      query: ExportQuery,
      status: 200,
      answer: Octets,
      codes: [
        "SESSION_NOT_FOUND",
        "SESSION_NOT_READY",
        "CHECKPOINT_GONE",
        "QUEUE_FULL",
        "SHUTTING_DOWN",
      ],
      async handle({ params: { session_id }, query }) {
        const file = await exporter.export(session_id, query);
        return new Response(file, {
          headers: {
            "content-type": OCTETS_TYPE,
            "content-disposition": `attachment; filename="${session_id}${SESSION_FILE_EXTENSION}"`,
          },
        });
      },
    }),
    route("POST /sessions/import", {
      summary: "Make a session from an exported file",
      description:
        "The body is the file. The session has an id of its own and is `ready`. Its template is the one of the file's name where that is the same, else one made from the file; with `template_id` that one, and the session may do what it says. Nothing is kept of a file that is refused.",
      query: ImportQuery,
      body: Octets,
      status: 201,
      answer: Session,
      codes: [
        "TEMPLATE_NOT_FOUND",
        "INVALID_WORKTREE",
        "IMAGE_INVALID",
        "IMAGE_UNSUPPORTED",
        "QUEUE_FULL",
        "SHUTTING_DOWN",
        "STORE_FULL",
      ],
      handle: ({ query, body }) => importer.import(body, query),
    }),
  ] as const;
