import { TorchError } from './errors';
import { packageSpecifier } from './package-version';

/**
 * The error of loading npm packages that only some programs use: they are not installed with this one, which stays
 * small.
 *
 *     try {
 *       return require('undici');
 *     } catch (cause) {
 *       throw packageError(cause, ['undici'], 'A proxy');
 *     }
 *
 * Bundlers leave out a package that is not there only where `require` stands in `try` itself.
 *
 * @returns TorchError `ERR_TORCH_PACKAGE_MISSING` with the command that installs them, if one of them is missing;
 *   else `cause`
 */
export function packageError(
  cause: unknown,
  packages: readonly string[],
  purpose: string,
): unknown {
  if (!isMissing(cause, packages)) return cause;
  const command = `npm install ${packages.map(packageSpecifier).join(' ')}`;
  const [what, them] = packages.length === 1 ? ['a package', 'it'] : ['packages', 'them'];
  return new TorchError(
    'ERR_TORCH_PACKAGE_MISSING',
    `${purpose} needs ${what} of npm that metatorch does not bring along. Install ${them}: ${command}`,
    { cause },
  );
}

/** Whether it is one of the packages that was not found, and not something that they need. */
function isMissing(error: unknown, packages: readonly string[]): boolean {
  const { code, message }: { code?: unknown; message?: unknown } = Object(error);
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return false;
  return packages.some((name) => String(message).includes(`'${name}`));
}
