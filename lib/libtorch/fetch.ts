import { mkdir, readFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TorchError } from '../errors';
import { unpack } from './archive';
import { cacheEntry, entryRoot, removeLeftovers, withTemporaryFolder } from './cache';
import { download, type Log } from './download';
import { type Flavour, inspectRoot, type Libtorch } from './inspect';
import { pipDownload } from './pip';
import { findPython } from './python';
import { messageOf, systemCodeOf } from './reasons';
import { requireFlavour } from './require-flavour';
import { CPU_WHEEL_INDEX, DEFAULT_VERSION, PINNED_WHEELS, type PinnedFile } from './versions';
import { cudaRequirements, unpackWheels } from './wheel';

/** Options of {@link fetchLibtorch}; `env` and `pinned` are for tests. */
export interface FetchOptions {
  device: Flavour;
  log?: Log;
  env?: NodeJS.ProcessEnv;
  /** The archive to download if pip fails; null for none. */
  pinned?: PinnedFile | null;
}

/**
 * Obtains libtorch {@link DEFAULT_VERSION} into metatorch's cache and returns it: with the user's
 * own pip, else with pip and PyTorch's index, else from PyTorch's download server, checked against
 * a pinned digest. Everything happens in a temporary folder, which is then renamed into place, so
 * an interrupted or concurrent run never leaves half an entry.
 *
 * @throws TorchError `ERR_TORCH_DOWNLOAD` if every way fails, with the reason of each;
 *   `ERR_TORCH_FILE` if what was downloaded cannot be unpacked.
 */
export async function fetchLibtorch(options: FetchOptions): Promise<Libtorch> {
  requireFlavour(options, 'fetchLibtorch');
  const env = options.env ?? process.env;
  const entry = cacheEntry(DEFAULT_VERSION, options.device, env);
  removeLeftovers(env);
  const ready = inspectEntry(entry, options.device);
  if (ready.ok) return ready.libtorch;
  return withTemporaryFolder(env, async (temporary) => {
    const wheels = await obtainWheels(options, env, temporary);
    options.log?.('unpacking');
    const unpacked = join(temporary, 'unpacked');
    await unpackWheels(wheels, unpacked, options.device);
    const inspection = inspectEntry(unpacked, options.device);
    if (!inspection.ok) {
      throw new TorchError(
        'ERR_TORCH_DOWNLOAD',
        `What was downloaded is not a usable libtorch: ${inspection.reason}`,
      );
    }
    return putInPlace(unpacked, entry, options.device, join(temporary, 'replaced'));
  });
}

function inspectEntry(entry: string, device: Flavour) {
  return inspectRoot(entryRoot(entry, device), 'cache', { device, headers: true });
}

async function obtainWheels(options: FetchOptions, env: NodeJS.ProcessEnv, temporary: string) {
  const failures: string[] = [];
  const attempts = [...pipAttempts(options, env, temporary), pinnedAttempt(options, temporary)];
  for (const attempt of attempts) {
    options.log?.(attempt.title);
    try {
      return await attempt.run();
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  throw new TorchError(
    'ERR_TORCH_DOWNLOAD',
    [
      `libtorch ${DEFAULT_VERSION} for ${options.device} could not be obtained. Download it from ` +
        'https://pytorch.org and set LIBTORCH to its folder. What was tried:',
      ...failures,
    ].join('\n'),
  );
}

interface Attempt {
  title: string;
  /** Returns the paths of the wheels, torch's and those it needs. */
  run(): Promise<string[]>;
}

function pipAttempts(options: FetchOptions, env: NodeJS.ProcessEnv, temporary: string): Attempt[] {
  const python = findPython(env);
  if (python === undefined) {
    const missing = () => Promise.reject(new Error('pip: there is no Python on the PATH'));
    return [{ title: 'looking for pip', run: missing }];
  }
  const attempt = (name: string, extraIndex?: string) => async () => {
    const folder = join(temporary, name);
    await mkdir(folder);
    const common = { python, folder, env, ...(extraIndex === undefined ? {} : { extraIndex }) };
    const requirements = [torchRequirement(options.device)];
    const wheels = await pipDownload({ ...common, requirements, dependencies: false });
    if (options.device === 'cpu') return wheels;
    return pipDownload({
      ...common,
      requirements: await readCudaRequirements(wheels, temporary),
      dependencies: true,
    });
  };
  const own = { title: `pip download ${torchRequirement(options.device)}`, run: attempt('own') };
  // PyTorch publishes its CUDA wheels on the default index, only the CPU ones apart.
  if (options.device === 'cuda') return [own];
  const title = `the same with ${CPU_WHEEL_INDEX}`;
  return [own, { title, run: attempt('index', CPU_WHEEL_INDEX) }];
}

function torchRequirement(device: Flavour): string {
  const cpuTag = device === 'cpu' && process.platform === 'linux' ? '+cpu' : '';
  return `torch==${DEFAULT_VERSION}${cpuTag}`;
}

async function readCudaRequirements(wheels: readonly string[], temporary: string) {
  const torch = wheels.find((wheel) => basename(wheel).startsWith('torch-'));
  if (torch === undefined) throw new Error('pip downloaded no torch wheel');
  const folder = join(temporary, 'metadata');
  const select = (name: string) => (/\.dist-info\/METADATA$/.test(name) ? 'METADATA' : undefined);
  await unpack(torch, folder, { select });
  return cudaRequirements(await readFile(join(folder, 'METADATA'), 'utf8'));
}

function pinnedAttempt(options: FetchOptions, temporary: string): Attempt {
  const platform = `${process.platform}-${process.arch}-${options.device}`;
  const pinned = options.pinned === undefined ? PINNED_WHEELS[platform] : options.pinned;
  if (!pinned) {
    const missing = new Error(`there is no archive with a known digest for ${platform}`);
    return { title: 'looking for an archive', run: () => Promise.reject(missing) };
  }
  const run = async () => {
    const path = join(temporary, 'torch.whl');
    await download(pinned, path, options.log === undefined ? {} : { log: options.log });
    return [path];
  };
  return { title: `downloading ${pinned.url}`, run };
}

/** Renames into place; if another run was faster, its result is used. */
async function putInPlace(unpacked: string, entry: string, device: Flavour, replaced: string) {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(unpacked, entry);
    } catch (cause) {
      const isTaken = ['ENOTEMPTY', 'EEXIST'].includes(systemCodeOf(cause) ?? '');
      if (!isTaken || attempt > 0) {
        throw new TorchError('ERR_TORCH_FILE', `Cannot create ${entry}`, { path: entry, cause });
      }
    }
    const inspection = inspectEntry(entry, device);
    if (inspection.ok) return inspection.libtorch;
    // A damaged entry is moved aside, to be removed with the temporary folder. Another run may
    // have moved it already.
    await rename(entry, replaced).catch((error: unknown) => {
      if (systemCodeOf(error) !== 'ENOENT') throw error;
    });
  }
}
