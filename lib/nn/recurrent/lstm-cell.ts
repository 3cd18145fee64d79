import { checkOptions, objectOf, positiveInteger } from '../../check';
import type { Tensor } from '../../torch';
import { uniform } from '../init';
import { type LinearParams, linear } from '../linear';
import { type CellOptions, checkSize, type RecurrentCell, uniformLinear } from './cell';

export type LstmCellOptions = CellOptions;

/** `input.weight` `[4·H, I]`, `input.bias` `[4·H]` and `hidden.weight` `[4·H, H]`; `[T, …]` for tasks. */
export type LstmCellParams = { input: LinearParams; hidden: LinearParams };

/** Output h and memory c, each `[..., H]`. */
export type LstmState = { h: Tensor; c: Tensor };

/** `project` gives `[..., 4·H]`. */
export type LstmCell = RecurrentCell<LstmCellParams, LstmState>;

/**
 * One step of a long short-term memory, from plain operators and therefore differentiable twice:
 *
 *     i, f, o = σ(W x + U h + b), g = tanh(W x + U h + b);   c ← f·c + i·g;   h ← o·tanh(c)
 *
 * Gates lie in PyTorch's order i, f, g, o; its two biases, which only ever add up, are one. The
 * parameters start uniform in ±1/√H. Hochreiter and Schmidhuber 1997, «Long Short-Term Memory».
 *
 * @throws ArgumentRangeError if a size is not a positive integer, or the input or state is of another
 */
export function lstmCell(options: LstmCellOptions): LstmCell {
  checkOptions(options, ['inputSize', 'hiddenSize'], 'lstmCell');
  const inputSize = positiveInteger(options.inputSize, 'inputSize', 'lstmCell');
  const hiddenSize = positiveInteger(options.hiddenSize, 'hiddenSize', 'lstmCell');
  const input = linear({ inFeatures: inputSize, outFeatures: 4 * hiddenSize });
  const hidden = linear({ inFeatures: hiddenSize, outFeatures: 4 * hiddenSize, bias: false });
  const bound = 1 / Math.sqrt(hiddenSize);
  return {
    init: (generator) => ({
      input: uniformLinear([4 * hiddenSize, inputSize], generator, bound),
      hidden: { weight: uniform([4 * hiddenSize, hiddenSize], generator, { bound }) },
    }),
    project: (params, x) => input.apply(objectOf(params, 'parameters', 'lstmCell').input, x),
    step(params, projected, state) {
      objectOf(params, 'parameters', 'lstmCell');
      checkSize(projected, 4 * hiddenSize, 'projected input', 'lstmCell');
      if (state) checkSize(state.c, hiddenSize, 'memory c', 'lstmCell');
      const gates = state ? projected.add(hidden.apply(params.hidden, state.h)) : projected;
      const part = (index: number) => gates.narrow(-1, index * hiddenSize, hiddenSize);
      const inflow = part(0).sigmoid().mul(part(2).tanh());
      const c = state ? part(1).sigmoid().mul(state.c).add(inflow) : inflow;
      return { h: part(3).sigmoid().mul(c.tanh()), c };
    },
  };
}
