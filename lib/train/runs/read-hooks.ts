import { abortSignal, knownOptions } from '../../check';

/**
 * The hooks of a run, read once.
 *
 * @throws ArgumentTypeError for one of another name, which nobody would call, and a signal that is none
 */
export function readHooks<H extends { readonly signal?: AbortSignal | undefined }>(
  hooks: H,
  known: readonly (keyof H & string)[],
  operator: string,
): H {
  const read = { ...knownOptions(hooks, known, operator) };
  if (read.signal !== undefined) abortSignal(read.signal, 'signal', operator);
  return read;
}
