import { dirname, join, resolve } from 'node:path';
import { describe, TorchError } from '../errors';
import { readRegular } from '../files/regular-file';
import { packageSpecifier } from '../package-version';
import { cachedEntries, cacheFolder, entryRoot } from './cache';
import { type Flavour, inspectRoot, type Libtorch, type Needs, type Source } from './inspect';
import { isPublished, platformPackageName, resolvePlatformPackage } from './platform-package';
import { findPythonTorch } from './python';
import { requireFlavour } from './require-flavour';
import { SUPPORTED_VERSIONS } from './versions';

export type { Flavour };

/** A place where libtorch was looked for and not taken. */
export interface PassedOver {
  source: Source;
  reason: string;
}

/** What {@link locateLibtorch} found. */
export interface LocateResult {
  /** The libtorch taken, undefined if there is none. */
  found: Libtorch | undefined;
  /** The places tried before it, in order, each with the reason in words. */
  passedOver: PassedOver[];
}

/** Options of {@link locateLibtorch}; `env` and `packageRoot` are for tests. */
export interface LocateOptions extends Needs {
  env?: NodeJS.ProcessEnv;
  packageRoot?: string;
}

interface Place {
  source: Source;
  /** Folders to look at, best first, or why there are none. */
  candidates(): { roots: string[] } | { reason: string };
}

/** Where the package lies; the same from `lib/libtorch` and from `dist/libtorch`. */
export const PACKAGE_ROOT = join(__dirname, '..', '..');

/** The flavour that `METATORCH_DEVICE` asks for; `cpu` when it is not set. */
export function requestedDevice(env: NodeJS.ProcessEnv = process.env): Flavour {
  const device = env.METATORCH_DEVICE || 'cpu';
  if (device === 'cpu' || device === 'cuda') return device;
  throw new TorchError(
    'ERR_TORCH_DEVICE',
    `Expected cpu or cuda for METATORCH_DEVICE but received ${describe(device)}`,
  );
}

/**
 * Finds a libtorch on this machine without loading it, using no network and at most one short
 * run of Python. Places in order: the environment variable `LIBTORCH`, the optional platform
 * package, the one that a checkout's set-up recorded, metatorch's cache, Python's torch.
 *
 * @throws TorchError `ERR_TORCH_LIBRARY_MISSING` or `ERR_TORCH_LIBRARY_VERSION` if `LIBTORCH` is
 *   set to something that cannot serve: an explicit setting is never silently passed over.
 */
export function locateLibtorch(options: LocateOptions): LocateResult {
  requireFlavour(options, 'locateLibtorch');
  const env = options.env ?? process.env;
  const passedOver: PassedOver[] = [];
  const explicit = env.LIBTORCH;
  if (explicit) return { found: takeExplicit(resolve(explicit), options), passedOver };
  passedOver.push({ source: 'LIBTORCH', reason: 'not set' });
  for (const place of places(options.device, env, options.packageRoot ?? PACKAGE_ROOT)) {
    const candidates = place.candidates();
    if ('reason' in candidates) {
      passedOver.push({ source: place.source, reason: candidates.reason });
      continue;
    }
    for (const root of candidates.roots) {
      const inspection = inspectRoot(root, place.source, options);
      if (inspection.ok) return { found: inspection.libtorch, passedOver };
      passedOver.push({ source: place.source, reason: inspection.reason });
    }
  }
  return { found: undefined, passedOver };
}

/**
 * Like {@link locateLibtorch}, for callers that cannot go on without it.
 *
 * @throws TorchError `ERR_TORCH_LIBRARY_MISSING` naming every place that was tried, and the cure.
 */
export function requireLibtorch(options: LocateOptions): Libtorch {
  const { found, passedOver } = locateLibtorch(options);
  if (found !== undefined) return found;
  const tried = passedOver.map(({ source, reason }) => `  ${source}: ${reason}`);
  throw new TorchError(
    'ERR_TORCH_LIBRARY_MISSING',
    [`No libtorch was found for ${options.device}. ${missingCure(options.device)}`, ...tried].join(
      '\n',
    ),
  );
}

/** What to do where there is no libtorch. */
export function missingCure(device: Flavour): string {
  const fetch = `\`npx metatorch libtorch install${device === 'cuda' ? ' --cuda' : ''}\``;
  const name = platformPackageName(device);
  if (!isPublished(name)) return `Run ${fetch}, or set LIBTORCH to its folder.`;
  return `Run \`npm install ${packageSpecifier(name)}\`, which npm leaves out with \`--omit=optional\` and where it installs for another platform, or ${fetch}, or set LIBTORCH to its folder.`;
}

function takeExplicit(root: string, needs: Needs): Libtorch {
  const inspection = inspectRoot(root, 'LIBTORCH', needs);
  if (inspection.ok) return inspection.libtorch;
  if (inspection.problem === 'version') {
    throw new TorchError('ERR_TORCH_LIBRARY_VERSION', `LIBTORCH: ${inspection.reason}`, {
      path: root,
    });
  }
  throw new TorchError(
    'ERR_TORCH_LIBRARY_MISSING',
    `LIBTORCH is set to ${root}, but ${inspection.reason}. Expected the folder of libtorch ` +
      `${SUPPORTED_VERSIONS} that holds lib/ and include/.`,
    { path: root },
  );
}

function places(device: Flavour, env: NodeJS.ProcessEnv, packageRoot: string): Place[] {
  return [
    { source: 'platform package', candidates: () => platformPackage(device, packageRoot) },
    { source: 'recorded', candidates: () => recordedRoot(packageRoot) },
    { source: 'cache', candidates: () => cachedRoots(device, env) },
    { source: 'python', candidates: () => pythonRoot(env) },
  ];
}

function platformPackage(device: Flavour, packageRoot: string): ReturnType<Place['candidates']> {
  const name = platformPackageName(device);
  const entry = resolvePlatformPackage(name, packageRoot);
  if (entry !== undefined) return { roots: [dirname(entry)] };
  return { reason: `${name} is not installed` };
}

function recordedRoot(packageRoot: string): ReturnType<Place['candidates']> {
  const file = join(packageRoot, 'build', 'libtorch.json');
  try {
    const record: unknown = JSON.parse(readRegular(file).toString());
    if (typeof record === 'object' && record !== null && 'root' in record) {
      if (typeof record.root === 'string') return { roots: [record.root] };
    }
    return { reason: `${file} names no root` };
  } catch {
    return { reason: 'no set-up of a checkout has recorded one' };
  }
}

function cachedRoots(device: Flavour, env: NodeJS.ProcessEnv): ReturnType<Place['candidates']> {
  const roots = cachedEntries(device, env).map((entry) => entryRoot(entry, device));
  return roots.length > 0 ? { roots } : { reason: `${cacheFolder(env)} holds none for ${device}` };
}

function pythonRoot(env: NodeJS.ProcessEnv): ReturnType<Place['candidates']> {
  const torch = findPythonTorch(env);
  return 'root' in torch ? { roots: [torch.root] } : torch;
}
