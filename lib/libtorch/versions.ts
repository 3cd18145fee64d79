import { join } from 'node:path';
import { invalidArgument } from '../errors';
import { readRegular } from '../files/regular-file';

/** The libtorch release that metatorch fetches when none is at hand. */
export const DEFAULT_VERSION = '2.13.0';

/** The supported releases in words, for messages. */
export const SUPPORTED_VERSIONS = '2.11 to 2.14';

const SUPPORTED_MAJOR = 2;
const SUPPORTED_MINORS = { first: 11, last: 14 };

/** A file whose size and digest are known beforehand. */
export interface PinnedFile {
  url: string;
  size: number;
  sha256: string;
}

const WHEEL_INDEX = 'https://download.pytorch.org/whl/cpu';

/** PyTorch's own index of CPU wheels. */
export const CPU_WHEEL_INDEX = WHEEL_INDEX;

/**
 * The archives that can be fetched without pip, by `<platform>-<arch>-<flavour>`. A wheel is a zip
 * file, and the native libraries in it do not depend on the Python version in its name.
 */
export const PINNED_WHEELS: Readonly<Record<string, PinnedFile>> = {
  'linux-x64-cpu': {
    url: `${WHEEL_INDEX}/torch-2.13.0%2Bcpu-cp311-cp311-manylinux_2_28_x86_64.whl`,
    size: 191_794_682,
    sha256: '6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b',
  },
};

/** `major.minor.patch` at the start of a version, without local parts such as `+cpu`. */
export function releaseOf(version: string): string | undefined {
  return /^\d+\.\d+\.\d+/.exec(version.trim())?.[0];
}

/** Whether metatorch works with this libtorch release. */
export function isSupported(version: string): boolean {
  if (typeof version !== 'string') throw invalidArgument('a string', 'version', version);
  const [major, minor] = version.split('.').map(Number);
  if (major !== SUPPORTED_MAJOR || minor === undefined) return false;
  return minor >= SUPPORTED_MINORS.first && minor <= SUPPORTED_MINORS.last;
}

/** Orders two releases, the newer one first. */
export function newerFirst(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (right[i] ?? 0) - (left[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const VERSION_FILES: ReadonlyArray<readonly [file: string, pattern: RegExp]> = [
  ['include/torch/headeronly/version.h', /^\s*#define\s+TORCH_VERSION\s*\\?\s*"([^"]+)"/m],
  ['include/torch/version.h', /^\s*#define\s+TORCH_VERSION\s*\\?\s*"([^"]+)"/m],
  [
    'include/torch/csrc/api/include/torch/version.h',
    /^\s*#define\s+TORCH_VERSION\s*\\?\s*"([^"]+)"/m,
  ],
  ['build-version', /^\s*(\S+)/],
  ['version.py', /^__version__\s*=\s*['"]([^'"]+)['"]/m],
];

/** The release that the files in `root` declare, or undefined if none of them says. */
export function readVersion(root: string): string | undefined {
  for (const [file, pattern] of VERSION_FILES) {
    const declared = pattern.exec(readIfThere(join(root, file)) ?? '')?.[1];
    const release = declared === undefined ? undefined : releaseOf(declared);
    if (release !== undefined) return release;
  }
  return undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return readRegular(path).toString();
  } catch {
    return undefined;
  }
}
