/**
 * Places where a test makes this program die, one after another, to see what the next start finds.
 *
 * They are compiled in, so that what is tested is what runs, and do nothing unless the environment
 * variable FAIL_POINT_VARIABLE arms one: `<name>`, `<name>:<nth pass>`, `<name>:<nth>:<action>`.
 */
export const FAIL_POINT_VARIABLE = "VM_SYSTEM_FAIL_POINT";

/** Where, and what has just happened there. Those of a worker are armed in one worker only. */
export const FAIL_POINTS = {
  "start.locked": "daemon", // the database's lock is held, the file not opened yet
  "start.opened": "daemon", // opened and checked, its schema as it was
  "migrate.run": "daemon", // a step's statements ran, its transaction is open
  "migrate.stepped": "daemon", // a step is committed, the next has not begun
  "recover.begin": "daemon", // the schema is there, what was cut off is not ended yet
  "recover.run": "daemon", // inside the transaction that ends it
  "recover.done": "daemon",
  "start.listening": "daemon", // the address is had, nobody was told
  "group.begun": "daemon", // a transaction is open, nothing is written
  "group.applied": "daemon", // a member of the group is written, its neighbours may not be
  "group.committed": "daemon", // it is in the log, perhaps not on the disk, and nobody was told
  "commit.checkpoint": "daemon", // inside: the new state is there, the execution's end is not
  "commit.execution": "daemon", // inside: end and events are there, the session's head is the old one
  "run.inserted": "daemon", // a running execution's row is durable
  "run.events": "daemon", // events of a running execution came from the worker
  "run.outcome": "daemon", // the worker has answered, nothing is written
  "run.ended": "daemon", // its end is durable, the client was not told
  "session.starting": "daemon", // the row of a session that is being made is durable
  "session.prepared": "daemon", // its libraries are loaded, its startup files have not run
  "session.closing": "daemon", // a session is about to be closed
  "import.staged": "daemon", // a part of an imported session's history is durable, nothing shows it
  "import.written": "daemon", // inside: all of an imported session is there, nothing is durable
  "handover.job": "daemon", // a job was sent to a worker
  "handover.image": "daemon", // a part of an image was sent to a worker
  "handover.delta": "daemon", // a part of a large delta has come from a worker
  "stop.draining": "daemon", // told to stop, executions still run
  "stop.closing": "daemon", // drained, the store is about to be closed
  "worker.entering": "worker", // a worker starts, its profile is not entered
  "worker.ready": "worker", // entered, the daemon was not told
  "worker.job": "worker", // a job has come
  "worker.image": "worker", // a part of an image has come
  "worker.ran": "worker", // the guest's code has run, nothing was said of it
  "worker.delta": "worker", // a part of a large delta is about to be sent
  "worker.done": "worker", // the end was told
} as const satisfies Record<string, "daemon" | "worker">;

export type FailPoint = keyof typeof FAIL_POINTS;

/** `kill`: as SIGKILL does. `throw`: an error, as from a bug at this place. */
const ACTIONS = ["kill", "throw"] as const;

interface Armed {
  readonly name: FailPoint;
  readonly action: (typeof ACTIONS)[number];
  passesLeft: number;
}

let armed: Armed | undefined;
let forWorker: string | undefined;

/**
 * Arms the point that the variable's value names; one of a worker's waits for `takeWorkerFailPoint`.
 *
 * @param spec  Undefined or empty: none.
 * @throws Error when it names none
 */
export function armFailPoint(spec: string | undefined, here: "daemon" | "worker"): void {
  if (!spec) return;
  const [name = "", nth = "1", action = "kill"] = spec.split(":");
  if (!isFailPoint(name) || !/^[1-9]\d{0,8}$/.test(nth) || !isAction(action)) {
    throw new Error(
      `${FAIL_POINT_VARIABLE}=${spec} is no fail point; names are ${Object.keys(FAIL_POINTS).join(" ")}`,
    );
  }
  if (FAIL_POINTS[name] === here) armed = { name, action, passesLeft: Number(nth) };
  else if (here === "daemon") forWorker = spec;
}

/** What the next worker is to be told, since its environment is empty; one worker gets it. */
export function takeWorkerFailPoint(): string | undefined {
  const spec = forWorker;
  forWorker = undefined;
  return spec;
}

/** Called where something could go wrong that never does in a test. */
export function failPoint(name: FailPoint): void {
  if (armed !== undefined && armed.name === name) pass(armed);
}

function pass(point: Armed): void {
  if (--point.passesLeft > 0) return;
  armed = undefined;
  if (point.action === "throw") throw new Error(`fail point ${point.name}`);
  process.kill(process.pid, "SIGKILL");
  // The signal may take a moment; nothing of what follows is to happen.
  for (;;);
}

const isFailPoint = (name: string): name is FailPoint => Object.hasOwn(FAIL_POINTS, name);
const isAction = (text: string): text is Armed["action"] =>
  (ACTIONS as readonly string[]).includes(text);
