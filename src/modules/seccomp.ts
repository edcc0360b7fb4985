import { address, syscall } from "./libc.ts";

/**
 * A filter on system calls, for what Landlock does not cover: datagrams and sockets of the local file
 * system (a container daemon's socket would be a way out), and calls that look into or steer other
 * processes. A refused call fails with EPERM or EACCES; programs see an ordinary error.
 */

interface Architecture {
  /** AUDIT_ARCH_ of this one: calls of another (32-bit programs) are refused. */
  readonly audit: number;
  readonly seccomp: number;
  readonly socket: number;
  readonly refused: readonly number[];
}

/** io_uring_setup, pidfd_getfd, process_madvise: one number everywhere. */
const REFUSED_EVERYWHERE = [425, 438, 440];

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: {
    audit: 0xc000003e,
    seccomp: 317,
    socket: 41,
    // ptrace, process_vm_readv and _writev, bpf, perf_event_open, userfaultfd, keyctl, add_key,
    // request_key, unshare, setns, mount, pivot_root, chroot
    refused: [101, 310, 311, 321, 298, 323, 250, 248, 249, 272, 308, 165, 155, 161],
  },
  arm64: {
    audit: 0xc00000b7,
    seccomp: 277,
    socket: 198,
    refused: [117, 270, 271, 280, 241, 282, 219, 217, 218, 97, 268, 40, 41, 51],
  },
};

const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_TSYNC = 1;
const RET_ALLOW = 0x7fff0000;
const RET_ERRNO = 0x00050000;
const EPERM = 1;
const EACCES = 13;
/** The x32 variant of x64 numbers its calls from here. */
const X32_FIRST = 0x40000000;

/** Classic BPF: load a word of the call's description, jump, return. */
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const RETURN = 0x06;
const AT_NUMBER = 0;
const AT_ARCHITECTURE = 4;
const AT_FIRST_ARGUMENT = 16;

const INTERNET_FAMILIES = [2, 10];

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, value: number];

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
  const refuse: Instruction = [RETURN, 0, 0, RET_ERRNO | EPERM];
  const allow: Instruction = [RETURN, 0, 0, RET_ALLOW];
  const unless = (value: number): Instruction[] => [[JUMP_EQUAL, 0, 1, value], refuse];
  return [
    [LOAD, 0, 0, AT_ARCHITECTURE],
    [JUMP_EQUAL, 1, 0, architecture.audit],
    refuse,
    [LOAD, 0, 0, AT_NUMBER],
    [JUMP_AT_LEAST, 0, 1, X32_FIRST],
    refuse,
    ...[...architecture.refused, ...REFUSED_EVERYWHERE].flatMap(unless),
    [JUMP_EQUAL, 1, 0, architecture.socket],
    allow,
    [LOAD, 0, 0, AT_FIRST_ARGUMENT],
    ...(internet ? INTERNET_FAMILIES : []).flatMap((family): Instruction[] => [
      [JUMP_EQUAL, 0, 1, family],
      allow,
    ]),
    [RETURN, 0, 0, RET_ERRNO | EACCES],
  ];
}

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
