import { resolve, sep } from 'node:path';

const LIBRARY = resolve(__dirname, '..');

/**
 * The file that a thread starts with: as a program finds it or, for sources, what the build has in their place, since a
 * thread has no compiler.
 *
 * @param folder where the caller is, `__dirname`
 * @param name of the compiled file beside the caller
 * @param find finds it by `require.resolve` with its name written out, so that tools which trace the files that a
 *   program needs follow it to all that it loads
 */
export function compiledFile(folder: string, name: string, find: () => string): string {
  if (!LIBRARY.endsWith(`${sep}lib`)) return find();
  return resolve(folder.replace(LIBRARY, resolve(LIBRARY, '..', 'dist')), name);
}
