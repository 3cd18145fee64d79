import { resolve, sep } from 'node:path';
import { TorchError } from '../errors';
import { INSTALL_AGAIN } from '../install-again';

const LIBRARY = resolve(__dirname, '..');

/**
 * The file that a thread starts with: as a program finds it or, for sources, what the build has in their place, since a
 * thread has no compiler.
 *
 * @param folder where the caller is, `__dirname`
 * @param name of the compiled file beside the caller
 * @param find finds it by `require.resolve` with its name written out, so that tools which trace the files that a
 *   program needs follow it to all that it loads
 * @throws TorchError `ERR_TORCH_ADDON_MISSING` if it is not there, as where a bundler has taken the caller away
 */
export function compiledFile(folder: string, name: string, find: () => string): string {
  if (!LIBRARY.endsWith(`${sep}lib`)) return foundBy(find, name);
  return resolve(folder.replace(LIBRARY, resolve(LIBRARY, '..', 'dist')), name);
}

function foundBy(find: () => string, name: string): string {
  try {
    return find();
  } catch (cause) {
    throw new TorchError(
      'ERR_TORCH_ADDON_MISSING',
      `metatorch's own file ${name}, which its threads run, is not beside its code. ${INSTALL_AGAIN}`,
      { cause },
    );
  }
}
