import { join, resolve, sep } from 'node:path';

const LIBRARY = resolve(__dirname, '..');

/**
 * The compiled file `name` beside a source: a thread has no compiler, so that sources start what the build has in
 * their place.
 *
 * @param folder where the caller is, `__dirname`
 */
export function compiledFile(folder: string, name: string): string {
  const compiled = resolve(LIBRARY, '..', 'dist');
  const isSource = LIBRARY.endsWith(`${sep}lib`);
  return join(isSource ? folder.replace(LIBRARY, compiled) : folder, name);
}
