import { expect, test } from "bun:test";
import { execution, fakeApi, ID, OTHER_ID, session } from "./fake-api.ts";
import { runCli } from "./run-cli.ts";

interface Scenario {
  readonly words: readonly string[];
  readonly answers: Record<string, unknown>;
  readonly prints: string;
  readonly sends?: unknown;
}

const checkpoint = {
  id: ID,
  execution_id: OTHER_ID,
  kind: "execution",
  created_at: "2026-11-20T12:00:00.000Z",
  heap_bytes: 2048,
  stored_bytes: 900,
  label: "loaded",
  head: true,
};
const LABEL = `/sessions/${OTHER_ID}/checkpoints/${ID}/label`;
const report = {
  file_bytes: 4096,
  log_bytes: 0,
  kinds: [{ kind: "base_images", bytes: 4096 }],
  sessions: [],
};

const SCENARIOS: readonly Scenario[] = [
  {
    words: ["session", "checkpoints", OTHER_ID],
    answers: { [`GET /sessions/${OTHER_ID}/checkpoints`]: [checkpoint] },
    prints:
      `${"ID".padEnd(36)}  ${"Execution ID".padEnd(36)}  Created                  Heap     Stored     Label\n` +
      `${ID}  ${OTHER_ID}  2026-11-20 12:00:00 UTC  2.0 KiB  900 bytes  (now) loaded\n`,
  },
  {
    words: ["session", "checkpoints", OTHER_ID],
    answers: { [`GET /sessions/${OTHER_ID}/checkpoints`]: [] },
    prints: "No checkpoints found\n",
  },
  {
    words: ["session", "label", OTHER_ID, ID, "loaded"],
    answers: { [`PUT ${LABEL}`]: checkpoint },
    sends: { label: "loaded" },
    prints: `Labelled checkpoint: ${ID}\nLabel: loaded\n`,
  },
  {
    words: ["session", "label", OTHER_ID, ID],
    answers: { [`DELETE ${LABEL}`]: { ...checkpoint, label: undefined } },
    prints: `Removed label of checkpoint: ${ID}\n`,
  },
  {
    words: ["session", "fork", OTHER_ID, "--count", "2", "--at", ID, "--worktree-path", "/srv/x"],
    answers: {
      [`POST /sessions/${OTHER_ID}/fork`]: { sessions: [session, { ...session, id: OTHER_ID }] },
    },
    sends: { count: 2, at: ID, worktree_path: "/srv/x" },
    prints: `Created session: ${ID}\nCreated session: ${OTHER_ID}\n`,
  },
  {
    words: ["session", "rewind", ID, "--steps", "3"],
    answers: {
      [`GET /sessions/${ID}`]: { ...session, head_execution_id: OTHER_ID },
      [`POST /sessions/${ID}/rewind`]: session,
    },
    sends: { steps: 3 },
    prints: `Rewound session: ${ID}
Now At: the beginning, before any execution
To Undo This: vm-system session rewind ${ID} --to ${OTHER_ID}
`,
  },
  {
    words: ["session", "rewind", ID, "--to", OTHER_ID],
    answers: {
      [`GET /sessions/${ID}`]: { ...session, head_execution_id: ID },
      [`POST /sessions/${ID}/rewind`]: { ...session, head_execution_id: OTHER_ID },
      [`GET /executions/${OTHER_ID}`]: { ...execution, id: OTHER_ID, input: "a = 1\n\tb = 2" },
      [`GET /sessions/${ID}/checkpoints`]: [{ ...checkpoint, head: false, label: "x" }, checkpoint],
    },
    sends: { to: OTHER_ID },
    prints: `Rewound session: ${ID}
Now At Execution: ${OTHER_ID}
Ran: a = 1 b = 2
Started: 2026-11-20 12:00:00 UTC
Label: loaded
To Undo This: vm-system session rewind ${ID} --to ${ID}
`,
  },
  {
    words: ["session", "rewind", ID, "--to", OTHER_ID],
    answers: {
      [`POST /sessions/${ID}/rewind`]: { ...session, head_execution_id: OTHER_ID },
    },
    sends: { to: OTHER_ID },
    prints: `Rewound session: ${ID}\nNow At Execution: ${OTHER_ID}\n`,
  },
  {
    words: ["session", "rewind", ID, "--to", OTHER_ID, "--json"],
    answers: { [`POST /sessions/${ID}/rewind`]: session },
    sends: { to: OTHER_ID },
    prints: `${JSON.stringify(session)}\n`,
  },
  {
    words: ["session", "tree", "c"],
    answers: {
      "GET /sessions/c/tree": {
        root_session_id: "a",
        sessions: [
          { id: "a", status: "ready", executions: 1 },
          ...["b", "c"].map((id) => ({
            id,
            status: "ready",
            executions: 2,
            parent_session_id: "a",
            forked_from_execution_id: "e",
          })),
          { id: "d", status: "closed", executions: 0, parent_session_id: "b" },
        ],
      },
    },
    prints: `a  ready  1 execution
├─ b  ready  2 executions  forked after e
│  └─ d  closed  0 executions
└─ c *  ready  2 executions  forked after e
`,
  },
  {
    words: ["session", "diff", ID, "--from", OTHER_ID],
    answers: {
      [`GET /sessions/${ID}/diff`]: {
        session_id: ID,
        added: [{ name: "a", type: "object", preview: "{\n  a: 1\n}" }],
        removed: [{ name: "b\x1b[1A", type: "string", preview: "\x1b[2J" }],
        changed: [
          {
            name: "c",
            before: { type: "number", preview: "1" },
            after: { type: "number", preview: "2" },
          },
        ],
        truncated: false,
      },
    },
    prints: "+ a: { a: 1 }\n- b\\u001b[1A: \\u001b[2J\n~ c: 1 → 2\n",
  },
  {
    words: ["session", "diff", ID],
    answers: {
      [`GET /sessions/${ID}/diff`]: { added: [], removed: [], changed: [], truncated: false },
    },
    prints: "No globals differ\n",
  },
  {
    words: ["session", "sleep", ID],
    answers: { [`POST /sessions/${ID}/sleep`]: session },
    prints: `Asleep session: ${ID}\n`,
  },
  {
    words: ["session", "wake", ID],
    answers: { [`POST /sessions/${ID}/wake`]: session },
    prints: `Awake session: ${ID}\n`,
  },
  {
    words: ["exec", "repl", OTHER_ID, "6 * 7", "--dry-run", "--at", ID, "--json"],
    answers: { "POST /executions/repl": execution },
    sends: { session_id: OTHER_ID, input: "6 * 7", commit: false, at: ID },
    prints: `${JSON.stringify(execution)}\n`,
  },
  {
    words: ["ops", "store"],
    answers: { "GET /runtime/store": report },
    prints: "Database: 4.0 KiB\nLog: 0 bytes\n\nKind         Bytes\nbase images  4.0 KiB\n",
  },
  {
    words: ["ops", "gc", "--dry-run"],
    answers: {
      "POST /runtime/gc": {
        dry_run: true,
        checkpoints: 3,
        checkpoint_bytes: 10,
        executions: 1,
        freed_bytes: 0,
      },
    },
    sends: { dry_run: true },
    prints: "Checkpoints that would go: 3 (10 bytes)\nExecutions that would go: 1\n",
  },
];

for (const { words, answers, prints, sends } of SCENARIOS) {
  test.concurrent(`${words.join(" ")} prints ${JSON.stringify(prints.slice(0, 30))}`, async () => {
    using api = fakeApi(answers);
    const result = await runCli(["--server-url", api.url, ...words]);
    expect(result).toEqual({ stdout: prints, stderr: "", exitCode: 0 });
    if (sends) expect(api.seen.findLast(({ body }) => body !== undefined)?.body).toEqual(sends);
  });
}

test("a past state without --dry-run is wrong usage", async () => {
  const { stderr, exitCode } = await runCli(["exec", "repl", ID, "1", "--at", OTHER_ID]);
  expect(stderr).toContain("--at needs --dry-run");
  expect(exitCode).toBe(2);
});

test("session rewind says in its own words what it needs", async () => {
  for (const words of [[], ["--to", OTHER_ID, "--steps", "1"]]) {
    const { stderr, exitCode } = await runCli(["session", "rewind", ID, ...words]);
    expect([stderr, exitCode]).toEqual([
      "Error: session rewind needs --to or --steps, and not both\n" +
        "`--steps 1` undoes the newest execution; `vm-system session checkpoints SESSION` shows the states for --to.\n",
      2,
    ]);
  }
});
