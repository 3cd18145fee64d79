import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cutOffLibrary } from '../elf';
import { isSupported, readVersion, SUPPORTED_VERSIONS } from './versions';

/** `cuda` has the CUDA kernels beside the CPU ones. */
export type Flavour = 'cpu' | 'cuda';

/** Where a libtorch came from. */
export type Source = 'LIBTORCH' | 'platform package' | 'recorded' | 'cache' | 'python';

/** A libtorch on this machine. */
export interface Libtorch {
  /** The folder that holds `lib/` and usually `include/`. */
  root: string;
  libDir: string;
  /** The C++ headers, undefined where only the libraries are there. */
  includeDir: string | undefined;
  /** The release, for example `2.13.0`. */
  version: string;
  flavour: Flavour;
  source: Source;
}

/** The requirements for a libtorch. */
export interface Needs {
  /** `cpu` accepts either flavour, `cuda` needs the CUDA libraries. */
  device: Flavour;
  /** Whether the C++ headers are needed too, as they are for building the addon. */
  headers?: boolean;
  /** The version that the addon was built against; only patch releases of it fit. */
  builtFor?: string;
}

/** The outcome of looking at one folder. */
export type Inspection =
  | { ok: true; libtorch: Libtorch }
  | { ok: false; problem: 'incomplete' | 'version'; reason: string };

/** The file name of a shared library on this platform. */
export function sharedLibrary(name: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return `${name}.dll`;
  return platform === 'darwin' ? `lib${name}.dylib` : `lib${name}.so`;
}

/** Looks at the folder `root` without loading anything from it. */
export function inspectRoot(root: string, source: Source, needs: Needs): Inspection {
  if (!existsSync(root)) return incomplete(`${root} does not exist`);
  const libDir = join(root, 'lib');
  for (const name of ['c10', 'torch_cpu']) {
    const file = sharedLibrary(name);
    if (!existsSync(join(libDir, file))) return incomplete(`${libDir} has no ${file}`);
  }
  const damage = cutOffLibrary(libDir);
  if (damage !== undefined) return incomplete(damage);
  const cudaLibrary = sharedLibrary('torch_cuda');
  const flavour: Flavour = existsSync(join(libDir, cudaLibrary)) ? 'cuda' : 'cpu';
  if (needs.device === 'cuda' && flavour === 'cpu') {
    return incomplete(`${libDir} has no ${cudaLibrary}: it is a build for the CPU only`);
  }
  const includeDir = join(root, 'include');
  const hasHeaders = existsSync(join(includeDir, 'ATen', 'ATen.h'));
  if (needs.headers === true && !hasHeaders) {
    return incomplete(`${includeDir} does not hold libtorch's C++ headers`);
  }
  const version = readVersion(root);
  if (version === undefined) return incomplete(`no file in ${root} states its version`);
  const mismatch = versionMismatch(version, needs.builtFor);
  if (mismatch !== undefined) {
    return { ok: false, problem: 'version', reason: `${root} is libtorch ${version}, ${mismatch}` };
  }
  const found = { root, libDir, includeDir: hasHeaders ? includeDir : undefined };
  return { ok: true, libtorch: { ...found, version, flavour, source } };
}

function incomplete(reason: string): Inspection {
  return { ok: false, problem: 'incomplete', reason };
}

/** libtorch keeps its binary interface only among the patch releases of one minor version. */
function versionMismatch(version: string, builtFor: string | undefined): string | undefined {
  if (!isSupported(version)) return `and metatorch supports ${SUPPORTED_VERSIONS}`;
  if (builtFor === undefined || minorOf(builtFor) === minorOf(version)) return undefined;
  return `and the addon was built for ${minorOf(builtFor)}`;
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
