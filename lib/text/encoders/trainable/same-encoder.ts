import {
  type Json,
  looseObject,
  matching,
  type OptionsOf,
  optional,
  readData,
  required,
  strictObject,
  string,
} from '../../../check';
import { TorchError } from '../../../errors';

const STATE = {
  fingerprint: required(matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits')),
  /** What builds it on weights of its own, which are not those of where it comes from any more. */
  spec: optional(looseObject({ kind: required(string) })),
};

const stateCheck = strictObject(STATE);

/** What is saved of a pre-trained encoder beside its weights. */
export type FingerprintState = OptionsOf<typeof STATE>;

/**
 * Loads an encoder from where it comes from, and refuses another one than that of a saved state.
 *
 * @param load gets the spec, for weights of its own
 * @param source where it comes from, for errors
 * @throws TorchError `ERR_TORCH_FILE` if it is another one; what `load` throws
 */
export async function sameEncoder<E extends { readonly state: unknown; dispose(): void }>(
  load: (spec: FingerprintState['spec']) => Promise<E>,
  source: string,
  state: Json,
  operator: string,
): Promise<E> {
  const expected = 'the state of a pre-trained encoder';
  const { fingerprint, spec } = readData(stateCheck, state, expected, 'state', operator);
  const encoder = await load(spec);
  const { fingerprint: found }: Partial<FingerprintState> = Object(encoder.state);
  if (found === fingerprint) return encoder;
  encoder.dispose();
  throw new TorchError(
    'ERR_TORCH_FILE',
    `Expected the encoder ${source} of fingerprint ${fingerprint} but found one of ${found}`,
    { path: source },
  );
}
