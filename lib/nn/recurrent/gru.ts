import type { Layer } from '../layer';
import { type GruCellParams, gruCell } from './gru-cell';
import {
  type RecurrentOptions,
  type RecurrentParams,
  recurrentLayer,
  type Sequences,
} from './recurrent-layer';

export type GruOptions = RecurrentOptions;

/** One cell's parameters for each direction. */
export type GruParams = RecurrentParams<GruCellParams>;

/**
 * Gated recurrent units over the L steps of sequences: x `[..., L, D]` gives `[..., L, H]`, or
 * `[..., L, 2·H]` with the backward direction's outputs last. Steps of padding, wherever they are,
 * leave the state as it is and give zeros. With a task axis x is `[T, n, L, D]`.
 *
 * @throws ArgumentRangeError if x or the mask does not fit; ArgumentTypeError if the parameters are not
 *   those of the directions
 */
export function gru(options: GruOptions): Layer<GruParams, Sequences> {
  return recurrentLayer(options, gruCell, 'gru');
}
