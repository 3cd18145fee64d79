import fs from 'node:fs';
import path from 'node:path';
import nodeGypBuild from 'node-gyp-build';
import { TorchError } from './errors';
import { platformError, platformProblem, thisPlatform } from './platform';
import { PREBUILT } from './shipped-files';

/** The bindings' file name; it lies beside `metatorch.node`. */
export const SHARED_LIBRARY =
  process.platform === 'darwin' ? 'libmetatorch.dylib' : 'libmetatorch.so';

const PACKAGE_ROOT = path.join(__dirname, '..');

/**
 * Path of the addon that would be loaded: the `metatorch.node` that `METATORCH_ADDON` names if that is
 * set, else the local build, else the one of the release.
 *
 * @throws TorchError `ERR_TORCH_PLATFORM` where metatorch has no build for this platform,
 *   `ERR_TORCH_ADDON_MISSING`
 */
export function addonPath(): string {
  const wanted = process.env.METATORCH_ADDON;
  if (wanted) return checked(path.resolve(wanted));
  const platform = thisPlatform();
  const name = `${platform.system}-${platform.processor}`;
  // What is linked with glibc does not fail cleanly in a process that uses musl.
  const found = platform.libc === 'musl' ? undefined : builtAddon();
  if (found !== undefined) return found;
  const problem = platformProblem(platform);
  if (problem !== undefined) throw platformError(problem);
  const expected = PREBUILT[name]?.[0] ?? 'prebuilds';
  throw new TorchError(
    'ERR_TORCH_ADDON_MISSING',
    `No native addon for ${name} under ${PACKAGE_ROOT}: expected build/Release or ${path.relative(PACKAGE_ROOT, expected)}. In a checkout, run \`npm run setup\`. If a bundler has put metatorch into a file of its own, make the package external (docs/bundlers.md). Otherwise install the package again.`,
    { path: PACKAGE_ROOT },
  );
}

/** The build of a checkout, or that of a release. */
function builtAddon(): string | undefined {
  try {
    return nodeGypBuild.path(PACKAGE_ROOT);
  } catch {
    return undefined;
  }
}

function checked(file: string): string {
  if (fs.existsSync(file)) return file;
  throw new TorchError(
    'ERR_TORCH_ADDON_MISSING',
    `METATORCH_ADDON is set to ${file}, which is not there. Expected a file metatorch.node with ${SHARED_LIBRARY} beside it.`,
    { path: file },
  );
}
