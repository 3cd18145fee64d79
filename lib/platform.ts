import { interpreterOf } from './elf';
import { TorchError } from './errors';

/** The C library that a Linux program uses. */
export type LibC = 'glibc' | 'musl';

/** What decides whether metatorch runs on a machine. */
export interface Platform {
  /** Node's name of the operating system, `process.platform`. */
  system: string;
  /** Node's name of the processor, `process.arch`. */
  processor: string;
  /** Undefined outside Linux, and where Node.js is linked with none. */
  libc: LibC | undefined;
  /** The version of glibc, for example `2.36`, where it is known. */
  glibc: string | undefined;
}

/** Why metatorch does not run on a platform, and what to do instead. */
export interface PlatformProblem {
  problem: string;
  cure: string;
}

/** The oldest glibc that libtorch, and so the addon, runs with. */
export const GLIBC_AT_LEAST = '2.28';

/** The platforms that packages are published for, by Node's names. */
export const PUBLISHED_PLATFORMS: readonly string[] = ['linux-x64'];

const SUPPORTED = `metatorch supports Linux on x64 with glibc ${GLIBC_AT_LEAST} or newer: Debian 10, Ubuntu 20.04, RHEL 8 and what came after them`;
const CONTAINER =
  'Run it in a Linux container, such as `docker run --platform linux/amd64 node:22`.';

/** The platform of this process; `glibc` is left out, as finding it takes several milliseconds. */
export function thisPlatform(): Platform {
  const { platform: system, arch: processor } = process;
  const libc = system === 'linux' ? libcOf(process.execPath) : undefined;
  return { system, processor, libc, glibc: undefined };
}

/** The version of glibc that this process runs with, undefined where it runs with none. */
export function glibcVersion(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  // Otherwise the report asks for the name of every address that the process is connected to.
  const excludesNetwork: unknown = Reflect.get(process.report, 'excludeNetwork');
  Reflect.set(process.report, 'excludeNetwork', true);
  try {
    const version = fieldOf(fieldOf(process.report.getReport(), 'header'), 'glibcVersionRuntime');
    return typeof version === 'string' ? version : undefined;
  } finally {
    Reflect.set(process.report, 'excludeNetwork', excludesNetwork);
  }
}

/** What keeps metatorch from running on a platform, undefined if nothing does. */
export function platformProblem(platform: Platform): PlatformProblem | undefined {
  const { system, processor } = platform;
  const name = nameOf(platform);
  if (['ia32', 'arm', 'mips', 'mipsel', 'ppc', 's390'].includes(processor)) {
    const cure = 'Install the 64-bit Node.js: libtorch has no 32-bit build.';
    return refuse(`a 32-bit Node.js (${name})`, cure);
  }
  if (system === 'win32') {
    return refuse(`Windows (${name})`, 'Run it in WSL 2 with Ubuntu or Debian.');
  }
  if (system === 'darwin') return refuse(`macOS (${name})`, CONTAINER);
  if (system !== 'linux') return refuse(name, CONTAINER);
  const library = libraryProblem(platform);
  if (library !== undefined || PUBLISHED_PLATFORMS.includes(name)) return library;
  const cure =
    'Build it from a clone with `npm run setup`, and set METATORCH_ADDON to build/Release/metatorch.node and LIBTORCH to the libtorch of that platform.';
  return refuse(`${name} without a build of your own`, cure);
}

/** What is wrong with the C library, which matters to a build of one's own too. */
export function libraryProblem(platform: Platform): PlatformProblem | undefined {
  const { libc, glibc } = platform;
  const name = nameOf(platform);
  if (libc === 'musl') {
    const cure = 'Use an image with glibc: `node:22-slim` in place of `node:22-alpine`.';
    return refuse(`a Node.js that uses musl, as on Alpine Linux (${name})`, cure);
  }
  if (glibc !== undefined && isOlder(glibc, GLIBC_AT_LEAST)) {
    const cure = 'Use a newer distribution, or a container with one: `node:22-slim`.';
    return refuse(`glibc ${glibc} (${name})`, cure);
  }
  return undefined;
}

function nameOf({ system, processor }: Platform): string {
  return `${system}-${processor}`;
}

function refuse(found: string, cure: string): PlatformProblem {
  return { problem: `metatorch does not run on ${found}. ${SUPPORTED}.`, cure };
}

/** The problem as an error. */
export function platformError({ problem, cure }: PlatformProblem, cause?: unknown): TorchError {
  return new TorchError('ERR_TORCH_PLATFORM', `${problem} ${cure}`, { cause });
}

/**
 * The C library of a program, from the name of the dynamic linker in its header; undefined for one
 * that has none, or that cannot be read.
 */
export function libcOf(program: string): LibC | undefined {
  const linker = interpreterOf(program);
  if (linker === undefined) return undefined;
  return /\/ld-musl-[^/]+$/.test(linker) ? 'musl' : 'glibc';
}

function isOlder(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
