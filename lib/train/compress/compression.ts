import { flag, fraction, optional, required, strictObject } from '../../check';
import { PRUNE } from './prune';

/** What was done to a model's encoder. */
export const compressionCheck = strictObject({
  prune: optional(
    strictObject({
      ...PRUNE,
      /** The share of zeros among the weights that pruning took into account. */
      zeros: required(fraction),
    }),
  ),
  int8: optional(flag),
});

/** How a model's encoder was made smaller; part of what is saved of it. */
export type Compression = ReturnType<typeof compressionCheck>;

/** In words for people: `50 % pruned, int8`. */
export function compressionInWords(value: unknown): string {
  const { prune, int8 } = compressionCheck(value, 'compression', 'a saved model');
  const pruned = prune && `${Math.round(100 * prune.share)} % pruned`;
  return [pruned, int8 ? 'int8' : undefined].filter(Boolean).join(', ');
}
