import { accessSync, constants, statSync } from "node:fs";
import { constants as osConstants } from "node:os";
import { posix } from "node:path";
import { LIMITS } from "../core/limits.ts";
import {
  assertOptions,
  invalidArgument,
  invalidValue,
  optionsOf,
  stringOf,
  withoutNul,
} from "./arguments.ts";
import { FileFailure } from "./file-failure.ts";
import { type HostModule, type ModuleContext, ModuleError, type ModuleValue } from "./module.ts";
import { type ProgramEnd, runProgram } from "./program.ts";

/** Where programs are looked for: the system's folders, none of the daemon's user. */
const PROGRAM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** `require('exec')`: programs, one at a time, waited for; never a shell unless the guest asks for one. */
export function createExecModule(context: ModuleContext): HostModule {
  return {
    name: "exec",
    functions: ["run"],
    call(fn, args) {
      if (fn !== "run") throw new ModuleError(`exec.${fn} is not a function`);
      return run(context, args);
    },
    dispose() {},
  };
}

function run(context: ModuleContext, [cmd, list, options]: readonly ModuleValue[]): ModuleValue {
  const command = textOf("cmd", cmd);
  if (command === "") throw invalidValue("cmd", "cannot be empty", command);
  const args = argumentsOf(list);
  const asked = optionsOf(options);
  assertOptions(asked, ["input", "env", "timeout_ms"]);
  const size = new ArgumentSize(command);
  for (const text of [command, ...args]) size.add(text);
  const env = environmentOf(context, asked.env, size);
  const timeoutMs = timeoutOf(asked.timeout_ms, context.remainingMs());
  const file = locate(context, command, env.PATH ?? PROGRAM_PATH);
  const end = start(command, {
    file,
    args,
    cwd: context.worktreePath,
    env,
    input: inputOf(asked.input),
    timeoutMs,
    // It is there as pieces, as text, as JSON and as the guest's text.
    outputBytesMax: Math.min(LIMITS.programOutputBytesMax, context.memoryBytesMax / 4),
  });
  if (end.cause === "exit" && end.exitCode === 0) return end.output.toString();
  throw failure([command, ...args].join(" "), end, timeoutMs);
}

function start(command: string, program: Parameters<typeof runProgram>[0]): ProgramEnd {
  try {
    return runProgram(program);
  } catch (error) {
    if (error instanceof FileFailure) throw cannotStart(command, error.code);
    throw error;
  }
}

function cannotStart(command: string, code: string): ModuleError {
  const errno = (osConstants.errno as Readonly<Record<string, number>>)[code];
  return new ModuleError(`spawn ${command} ${code}`, {
    ...(errno === undefined ? {} : { errno: -errno }),
    code,
    syscall: `spawn ${command}`,
    path: command,
  });
}

function failure(line: string, end: ProgramEnd, timeoutMs: number): ModuleError {
  const shown = line.length > 200 ? `${line.slice(0, 200)}…` : line;
  const signal = signalName(end.signal);
  const streams = { stdout: end.stdout.toString(), stderr: end.stderr.toString() };
  switch (end.cause) {
    case "timeout":
      return new ModuleError(`Command timed out after ${Math.round(timeoutMs)} ms: ${shown}`, {
        code: "ETIMEDOUT",
        killed: true,
        signal,
        ...streams,
      });
    case "output":
      return new ModuleError(`Command printed more than its output limit: ${shown}`, {
        code: "ENOBUFS",
        killed: true,
        signal,
        ...streams,
      });
    case "exit": {
      const how = signal === null ? `exit code ${end.exitCode}` : `signal ${signal}`;
      return new ModuleError(`Command failed with ${how}: ${shown}${lastWords(streams.stderr)}`, {
        code: end.exitCode,
        killed: false,
        signal,
        ...streams,
      });
    }
  }
}

/** Why it failed, as Node's message says it too; the whole is in `stderr`. */
function lastWords(stderr: string): string {
  const said = stderr.trimEnd();
  if (said === "") return "";
  return `\n${said.length > LAST_WORDS_MAX ? `…${said.slice(-LAST_WORDS_MAX)}` : said}`;
}

/** Characters: an error or two of a compiler, no log. */
const LAST_WORDS_MAX = 1000;

function signalName(signal: number | null): string | null {
  if (signal === null) return null;
  const named = Object.entries(osConstants.signals).find(([, number]) => number === signal);
  return named?.[0] ?? `SIG${signal}`;
}

/** A name is looked up; a relative path means a file of the worktree. */
function locate(context: ModuleContext, command: string, path: string): string {
  if (command.startsWith("/")) return command;
  if (command.includes("/")) return posix.join(context.worktreePath, command);
  for (const folder of path.split(":")) {
    const file = posix.resolve(context.worktreePath, folder, command);
    if (isExecutable(file)) return file;
  }
  throw cannotStart(command, "ENOENT");
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

const textOf = (name: string, value: ModuleValue): string =>
  withoutNul(name, stringOf(name, value));

function argumentsOf(list: ModuleValue): string[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw invalidArgument("args", "an instance of Array", list);
  return list.map((arg: ModuleValue, index) => textOf(`args[${index}]`, arg));
}

/** Nothing of the daemon's. HOME is the worktree: the only folder that is the program's to use. */
function environmentOf(
  context: ModuleContext,
  env: ModuleValue,
  size: ArgumentSize,
): Record<string, string> {
  const result: Record<string, string> = {
    PATH: PROGRAM_PATH,
    HOME: context.worktreePath,
    LANG: "C.UTF-8",
  };
  const options = optionsOf(env);
  for (const name of Object.keys(options)) {
    if (name === "" || /[=\0]/.test(name)) throw invalidValue("options.env", "is no name", name);
    const value = options[name];
    if (value === undefined) continue;
    result[name] = textOf(`options.env.${name}`, value);
    size.add(name);
    size.add(result[name]);
  }
  return result;
}

/** What a program is started with: refused as soon as it is more than the system would take. */
class ArgumentSize {
  private bytes = 0;

  constructor(private readonly command: string) {}

  /** @throws ModuleError E2BIG */
  add(text: string): void {
    this.bytes += Buffer.byteLength(text) + 9;
    if (this.bytes > LIMITS.programArgumentBytesMax) {
      throw cannotStart(this.command.slice(0, 64), "E2BIG");
    }
  }
}

function timeoutOf(value: ModuleValue, remainingMs: number): number {
  if (value === undefined) return remainingMs;
  if (typeof value === "number" && value > 0) return Math.min(value, remainingMs);
  throw invalidValue("options.timeout_ms", "must be a number of milliseconds above 0", value);
}

function inputOf(value: ModuleValue): Uint8Array {
  if (value === undefined || value === null) return new Uint8Array();
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") return Buffer.from(value);
  throw invalidArgument("options.input", "of type string or an instance of Uint8Array", value);
}
