import fs from 'node:fs';
import path from 'node:path';
import type nodeGypBuild from 'node-gyp-build';
import { TorchError } from './errors';
import { INSTALL_AGAIN } from './install-again';
import { platformError, platformProblem, thisPlatform } from './platform';
import { PREBUILT } from './shipped-files';

/** The bindings' file name; it lies beside `metatorch.node`. */
export const SHARED_LIBRARY =
  process.platform === 'darwin' ? 'libmetatorch.dylib' : 'libmetatorch.so';

const PACKAGE_ROOT = path.join(__dirname, '..');
const OWN_BUILD = path.join(PACKAGE_ROOT, 'build', 'Release', 'metatorch.node');

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
  const found = platform.libc === 'musl' ? undefined : builtAddon(name);
  if (found !== undefined) return found;
  const problem = platformProblem(platform);
  if (problem !== undefined) throw platformError(problem);
  const expected = PREBUILT[name]?.[0] ?? 'prebuilds';
  throw new TorchError(
    'ERR_TORCH_ADDON_MISSING',
    `No native addon for ${name} under ${PACKAGE_ROOT}: expected build/Release or ${path.relative(PACKAGE_ROOT, expected)}. In a checkout, run \`npm run setup\`. ${INSTALL_AGAIN}`,
    { path: PACKAGE_ROOT },
  );
}

/** The build of a checkout, or that of a release; else what `node-gyp-build` knows, such as builds for one C library. */
function builtAddon(name: string): string | undefined {
  const own = [OWN_BUILD, PREBUILT[name]?.[0]];
  return own.find((file) => file !== undefined && fs.existsSync(file)) ?? taggedAddon();
}

/**
 * Loaded here alone: as it is loaded it reads files outside of the package, which Node.js may refuse, and it takes
 * npm's settings for another platform for this one.
 */
function taggedAddon(): string | undefined {
  try {
    const build: typeof nodeGypBuild = require('node-gyp-build');
    return build.path(PACKAGE_ROOT);
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
