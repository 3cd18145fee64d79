import {
  type Json,
  matching,
  type OptionsOf,
  readData,
  required,
  strictObject,
} from '../../../check';
import { TorchError } from '../../../errors';

const STATE = { fingerprint: required(matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits')) };

const stateCheck = strictObject(STATE);

/** What is saved of an encoder whose weights lie elsewhere. */
export type FingerprintState = OptionsOf<typeof STATE>;

/**
 * Loads an encoder from where its weights are, and refuses another one than that of a saved state.
 *
 * @param source where the weights are, for errors
 * @throws TorchError `ERR_TORCH_FILE` if it is another one; what `load` throws
 */
export async function sameEncoder<E extends { readonly state: unknown; dispose(): void }>(
  load: () => Promise<E>,
  source: string,
  state: Json,
  operator: string,
): Promise<E> {
  const expected = 'the state of a pre-trained encoder';
  const { fingerprint } = readData(stateCheck, state, expected, 'state', operator);
  const encoder = await load();
  const { fingerprint: found }: Partial<FingerprintState> = Object(encoder.state);
  if (found === fingerprint) return encoder;
  encoder.dispose();
  throw new TorchError(
    'ERR_TORCH_FILE',
    `Expected the encoder ${source} of fingerprint ${fingerprint} but found one of ${found}`,
    { path: source },
  );
}
