import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TorchError } from '../errors';
import { unpack } from './archive';
import type { Flavour } from './inspect';

const GIBIBYTE = 1024 ** 3;

/** Libraries of the wheel that only Python or PyTorch's own tests use. */
const UNUSED_LIBRARY = /torch_python|_test\.|libshm|backend_with_compiler|aoti_custom_ops/;

/** Where an entry of the CPU wheel goes, undefined for the Python code that is left out. */
export function cpuLayout(name: string): string | undefined {
  const part = /^torch\/(lib|include)\/(.+)$/.exec(name);
  if (part !== null) {
    return part[1] === 'lib' && UNUSED_LIBRARY.test(name) ? undefined : `${part[1]}/${part[2]}`;
  }
  if (name === 'torch/version.py') return 'version.py';
  return licencePath(name);
}

/**
 * Where an entry of the CUDA wheels goes. Their libraries find each other by paths such as
 * `$ORIGIN/../../nvidia/…`, so `torch` and `nvidia` stay side by side as Python would install them.
 */
export function cudaLayout(distribution: string): (name: string) => string | undefined {
  return (name) => {
    if (/^nvidia\/.+\/(lib\/.+\.so[.\d]*|include\/.+)$/.test(name)) return name;
    const kept = /^torch(\/|-\d)/.test(name) ? cpuLayout(name) : undefined;
    if (kept !== undefined) return `torch/${kept}`;
    const licence = licencePath(name);
    return licence === undefined ? undefined : `licenses/${distribution}/${licence}`;
  };
}

function licencePath(name: string): string | undefined {
  return /^[^/]+\.dist-info\/(?:licenses\/(.+)|((?:LICEN[CS]E|NOTICE)[^/]*))$/i
    .exec(name)
    ?.slice(1)
    .find((path) => path !== undefined);
}

/** Unpacks wheels into one folder laid out as {@link cpuLayout} or {@link cudaLayout} say. */
export async function unpackWheels(
  wheels: readonly string[],
  folder: string,
  flavour: Flavour,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const wheel of wheels) {
    const distribution = basename(wheel).split('-')[0] ?? 'unknown';
    const select = flavour === 'cuda' ? cudaLayout(distribution) : cpuLayout;
    await unpack(wheel, folder, { select, maxBytes: (flavour === 'cuda' ? 16 : 4) * GIBIBYTE });
  }
  await recordBuildVersion(flavour === 'cuda' ? join(folder, 'torch') : folder);
}

/** Writes `build-version` as the official libtorch archives have it. */
async function recordBuildVersion(root: string): Promise<void> {
  const path = join(root, 'version.py');
  const text = await readFile(path, 'utf8').catch(() => '');
  const version = /^__version__\s*=\s*['"]([^'"]+)['"]/m.exec(text)?.[1];
  if (version === undefined) {
    throw new TorchError('ERR_TORCH_FILE', 'The torch wheel does not state its version', { path });
  }
  await writeFile(join(root, 'build-version'), `${version}\n`);
}

/** The CUDA packages that the torch wheel requires, from its unpacked METADATA. */
export function cudaRequirements(metadata: string): string[] {
  return metadata
    .split('\n')
    .flatMap((line) => /^Requires-Dist:\s*((?:nvidia-|cuda-toolkit)\S*.*)$/.exec(line)?.[1] ?? [])
    .filter((requirement) => !/\bextra\s*==/.test(requirement));
}
