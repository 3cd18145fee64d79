import fs from 'node:fs';
import path from 'node:path';
import nodeGypBuild from 'node-gyp-build';
import { TorchError } from './errors';

const PACKAGE_ROOT = path.join(__dirname, '..');

/** The bindings' file name; it lies beside `metatorch.node`. */
export const SHARED_LIBRARY =
  process.platform === 'darwin' ? 'libmetatorch.dylib' : 'libmetatorch.so';

/**
 * Path of the addon that would be loaded: the `metatorch.node` that `METATORCH_ADDON` names if that is
 * set, else the local build, else a prebuild.
 *
 * @throws TorchError `ERR_TORCH_ADDON_MISSING`
 */
export function addonPath(): string {
  const wanted = process.env.METATORCH_ADDON;
  if (wanted) return checked(path.resolve(wanted));
  try {
    return nodeGypBuild.path(PACKAGE_ROOT);
  } catch (cause) {
    throw new TorchError(
      'ERR_TORCH_ADDON_MISSING',
      `No native addon for ${process.platform}-${process.arch} under ${PACKAGE_ROOT}: expected build/Release or prebuilds. Run \`npm run setup\` in a checkout, or install a release that has prebuilds for this platform.`,
      { path: PACKAGE_ROOT, cause },
    );
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
