import { checkOptions, objectOf, positiveInteger } from '../../check';
import type { Tensor } from '../../torch';
import { type LinearParams, linear } from '../linear';
import { type CellOptions, checkSize, type RecurrentCell, uniformLinear } from './cell';

export type GruCellOptions = CellOptions;

/**
 * PyTorch's `weight_ih` and `bias_ih` as `input.weight` `[3·H, I]` and `input.bias` `[3·H]`, its
 * `weight_hh` and `bias_hh` as `hidden.weight` `[3·H, H]` and `hidden.bias` `[3·H]`; `[T, …]` for tasks.
 */
export type GruCellParams = { input: LinearParams; hidden: LinearParams };

/** Output h `[..., H]`, which is all that is remembered. */
export type GruState = { h: Tensor };

/** `project` gives `[..., 3·H]`. */
export type GruCell = RecurrentCell<GruCellParams, GruState>;

/**
 * One step of a gated recurrent unit, from plain operators and therefore differentiable twice:
 *
 *     r, z = σ(W x + b + U h + c),   n = tanh(W x + b + r·(U h + c));   h ← (1 − z)·n + z·h
 *
 * Gates lie in PyTorch's order r, z, n, and as there r weighs what the weights have made of h: both
 * biases are needed. The parameters start uniform in ±1/√H. Kyunghyun Cho et al.: Learning Phrase
 * Representations using RNN Encoder–Decoder for Statistical Machine Translation, EMNLP 2014.
 *
 * @throws ArgumentRangeError if a size is not a positive integer, or the input or state is of another
 */
export function gruCell(options: GruCellOptions): GruCell {
  checkOptions(options, ['inputSize', 'hiddenSize'], 'gruCell');
  const inputSize = positiveInteger(options.inputSize, 'inputSize', 'gruCell');
  const size = positiveInteger(options.hiddenSize, 'hiddenSize', 'gruCell');
  const input = linear({ inFeatures: inputSize, outFeatures: 3 * size });
  const hidden = linear({ inFeatures: size, outFeatures: 3 * size });
  const bound = 1 / Math.sqrt(size);
  return {
    init: (generator) => ({
      input: uniformLinear([3 * size, inputSize], generator, bound),
      hidden: uniformLinear([3 * size, size], generator, bound),
    }),
    project: (params, x) => input.apply(objectOf(params, 'parameters', 'gruCell').input, x),
    step(params, projected, state) {
      objectOf(params, 'parameters', 'gruCell');
      checkSize(projected, 3 * size, 'projected input', 'gruCell');
      const h = state?.h ?? projected.narrow(-1, 0, size).zerosLike();
      const [forReset, forUpdate, own] = projected.chunk(3, -1) as Gates;
      const [resetting, updating, before] = hidden.apply(params.hidden, h).chunk(3, -1) as Gates;
      const reset = forReset.add(resetting).sigmoid();
      const update = forUpdate.add(updating).sigmoid();
      const candidate = own.add(reset.mul(before)).tanh();
      return { h: candidate.add(update.mul(h.sub(candidate))) };
    },
  };
}

/** Of the reset gate, the update gate and the candidate, each `[..., H]`. */
type Gates = [Tensor, Tensor, Tensor];
