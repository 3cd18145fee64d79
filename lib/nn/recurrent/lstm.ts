import type { Layer } from '../layer';
import { type LstmCellParams, lstmCell } from './lstm-cell';
import {
  type RecurrentOptions,
  type RecurrentParams,
  recurrentLayer,
  type Sequences,
} from './recurrent-layer';

export type LstmOptions = RecurrentOptions;

/** One cell's parameters for each direction. */
export type LstmParams = RecurrentParams<LstmCellParams>;

/**
 * A long short-term memory over the L steps of sequences: x `[..., L, D]` gives `[..., L, H]`, or
 * `[..., L, 2·H]` with the backward direction's outputs last. Steps of padding, wherever they are,
 * leave the state as it is and give zeros. With a task axis x is `[T, n, L, D]`.
 *
 * @throws ArgumentRangeError if x or the mask does not fit; ArgumentTypeError if the parameters are not
 *   those of the directions
 */
export function lstm(options: LstmOptions): Layer<LstmParams, Sequences> {
  return recurrentLayer(options, lstmCell, 'lstm');
}
