import { address, syscall } from "./libc.ts";

/**
 * A filter on system calls, for what Landlock does not cover: datagrams and sockets of the local file
 * system (a container daemon's socket would be a way out), calls that look into or steer other
 * processes, and what would outlive the processes that made it. A refused call fails with EPERM or
 * EACCES; programs see an ordinary error.
 */

interface Architecture {
  /** AUDIT_ARCH_ of this one: calls of another (32-bit programs) are refused. */
  readonly audit: number;
  readonly seccomp: number;
  readonly socket: number;
  readonly clone: number;
  readonly refused: readonly number[];
  readonly onSelf: readonly SelfCall[];
}

/** A call that is allowed where its first arguments are these: they mean the caller itself. */
type SelfCall = readonly [number: number, ...first: number[]];

/** io_uring_setup, pidfd_getfd, process_madvise: one number everywhere. */
const REFUSED_EVERYWHERE = [425, 438, 440];
const CLONE3 = 435;

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: {
    audit: 0xc000003e,
    seccomp: 317,
    socket: 41,
    clone: 56,
    refused: [
      // ptrace, process_vm_readv and _writev, bpf, perf_event_open, userfaultfd, keyctl, add_key,
      // request_key, unshare, setns, mount, pivot_root, chroot
      ...[101, 310, 311, 321, 298, 323, 250, 248, 249, 272, 308, 165, 155, 161],
      // System V's shared memory, semaphores and queues, which stay when all processes have gone:
      // shmget, shmat, shmctl, semget, semop, semctl, semtimedop, msgget, msgsnd, msgrcv, msgctl
      ...[29, 30, 31, 64, 65, 66, 220, 68, 69, 70, 71],
      // mq_open and mq_unlink: POSIX queues stay too
      ...[240, 241],
      // Names of files in folders that cannot be read: inotify_init, inotify_init1, fanotify_init
      ...[253, 294, 300],
      // syslog: the kernel's messages
      103,
    ],
    // prlimit64, setpriority, sched_setparam, sched_setscheduler, sched_setaffinity, sched_setattr,
    // ioprio_set
    onSelf: [
      [302, 0],
      [141, 0, 0],
      [142, 0],
      [144, 0],
      [203, 0],
      [314, 0],
      [251, 1, 0],
    ],
  },
  arm64: {
    audit: 0xc00000b7,
    seccomp: 277,
    socket: 198,
    clone: 220,
    refused: [
      ...[117, 270, 271, 280, 241, 282, 219, 217, 218, 97, 268, 40, 41, 51],
      ...[194, 196, 195, 190, 193, 191, 192, 186, 189, 188, 187],
      ...[180, 181],
      ...[26, 262],
      116,
    ],
    onSelf: [
      [261, 0],
      [140, 0, 0],
      [118, 0],
      [119, 0],
      [122, 0],
      [274, 0],
      [30, 1, 0],
    ],
  },
};

const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_TSYNC = 1;
const RET_ALLOW = 0x7fff0000;
const RET_ERRNO = 0x00050000;
const EPERM = 1;
const EACCES = 13;
const ENOSYS = 38;
/** The x32 variant of x64 numbers its calls from here. */
const X32_FIRST = 0x40000000;

/** CLONE_NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET: all rights, in a new one. */
const NAMESPACES = 0x7e020000;

/** Classic BPF: load a word of the call's description, jump, return. */
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;
const AT_NUMBER = 0;
const AT_ARCHITECTURE = 4;
/** The lower half of an argument; what matters here is no wider. */
const atArgument = (index: number): number => 16 + 8 * index;

const INTERNET_FAMILIES = [2, 10];

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, value: number];

const ALLOW: Instruction = [RETURN, 0, 0, RET_ALLOW];
const refuse = (errno: number): Instruction => [RETURN, 0, 0, RET_ERRNO | errno];

/** For all threads of this process and what they start, for good. False: the kernel has no filters. */
export function filterSystemCalls(internet: boolean): boolean {
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined) return false;
  const program = encode(instructions(architecture, internet));
  const header = new DataView(new ArrayBuffer(16));
  header.setUint16(0, program.length / 8, true);
  header.setBigUint64(8, BigInt(address(program)), true);
  const bytes = new Uint8Array(header.buffer);
  const flags = SECCOMP_FILTER_FLAG_TSYNC;
  return syscall(architecture.seccomp, SECCOMP_SET_MODE_FILTER, flags, address(bytes)) === 0;
}

function instructions(architecture: Architecture, internet: boolean): Instruction[] {
  const { audit, refused, onSelf, clone, socket } = architecture;
  return [
    [LOAD, 0, 0, AT_ARCHITECTURE],
    [JUMP_EQUAL, 1, 0, audit],
    refuse(EPERM),
    [LOAD, 0, 0, AT_NUMBER],
    [JUMP_AT_LEAST, 0, 1, X32_FIRST],
    refuse(EPERM),
    ...[...refused, ...REFUSED_EVERYWHERE].flatMap((number) => at(number, [refuse(EPERM)])),
    // Its flags are out of a filter's sight; without it C libraries take the older one.
    ...at(CLONE3, [refuse(ENOSYS)]),
    ...at(clone, [
      [LOAD, 0, 0, atArgument(0)],
      [JUMP_ANY_BIT, 0, 1, NAMESPACES],
      refuse(EPERM),
      ALLOW,
    ]),
    ...onSelf.flatMap(([number, ...first]) => at(number, unlessFirst(first, EPERM))),
    ...at(socket, [
      [LOAD, 0, 0, atArgument(0)],
      ...(internet ? INTERNET_FAMILIES : []).flatMap((family) => at(family, [ALLOW])),
      refuse(EACCES),
    ]),
    ALLOW,
  ];
}

/** What follows for the value that was loaded, and for no other. It ends with a return. */
const at = (value: number, then: readonly Instruction[]): Instruction[] => [
  [JUMP_EQUAL, 0, then.length, value],
  ...then,
];

/** Allowed where the call's first arguments are these. */
const unlessFirst = (first: readonly number[], errno: number): Instruction[] => [
  ...first.flatMap((value, index): Instruction[] => [
    [LOAD, 0, 0, atArgument(index)],
    [JUMP_EQUAL, 1, 0, value],
    refuse(errno),
  ]),
  ALLOW,
];

/** struct sock_filter: u16 code, u8 jump if true, u8 jump if false, u32 value. */
function encode(list: readonly Instruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(list.length * 8));
  list.forEach(([code, jumpTrue, jumpFalse, value], index) => {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jumpTrue);
    view.setUint8(index * 8 + 3, jumpFalse);
    view.setUint32(index * 8 + 4, value, true);
  });
  return new Uint8Array(view.buffer);
}
