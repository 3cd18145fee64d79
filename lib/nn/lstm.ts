import { checkOptions, flag, objectOf, positiveInteger } from '../check';
import { invalidArgument } from '../errors';
import { type Tensor, torch } from '../torch';
import { shapeOf, wrongShape } from '../torch/check-tensors';
import type { Layer } from './layer';
import { type LstmCell, type LstmCellParams, type LstmState, lstmCell } from './lstm-cell';

export type LstmOptions = {
  inputSize: number;
  /** H, of each direction. */
  hiddenSize: number;
  /** Read the sequence from both ends. Default: false. */
  bidirectional?: boolean;
};

/** One cell's parameters for each direction. */
export type LstmParams = { forward: LstmCellParams; backward?: LstmCellParams };

/** Sequences `x` `[..., L, D]`, and a `mask` `[..., L]` that is nonzero for what is not padding. */
export type Sequences = { x: Tensor; mask?: Tensor };

/**
 * A long short-term memory over the L steps of sequences: x `[..., L, D]` gives `[..., L, H]`, or
 * `[..., L, 2·H]` with the backward direction's outputs last. Steps of padding, wherever they are,
 * leave the state as it is and give zeros. With a task axis x is `[T, n, L, D]`.
 *
 * @throws ArgumentRangeError if x or the mask does not fit; ArgumentTypeError if the parameters are not
 *   those of the directions
 */
export function lstm(options: LstmOptions): Layer<LstmParams, Sequences> {
  checkOptions(options, ['inputSize', 'hiddenSize', 'bidirectional'], 'lstm');
  const bidirectional = flag(options.bidirectional ?? false, 'bidirectional', 'lstm');
  const inputSize = positiveInteger(options.inputSize, 'inputSize', 'lstm');
  const cell = lstmCell({ inputSize, hiddenSize: options.hiddenSize });
  return {
    init: (generator) => ({
      forward: cell.init(generator),
      ...(bidirectional && { backward: cell.init(generator) }),
    }),
    apply(params, sequences) {
      const { forward, backward } = objectOf(params, 'parameters', 'lstm');
      const { x, mask } = objectOf(sequences, 'input', 'lstm');
      objectOf(forward, 'forward parameters', 'lstm');
      if ((backward !== undefined) !== bidirectional) {
        const expected = bidirectional ? 'parameters' : 'nothing';
        throw invalidArgument(expected, 'backward of the parameters of lstm', backward, 'lstm');
      }
      const shape = shapeOf(x, 'x', 'lstm');
      if (shape.length < 2 || shape.at(-1) !== inputSize || shape.at(-2) === 0) {
        throw wrongShape(`[..., L, ${inputSize}] with L at least 1`, 'x', shape, 'lstm');
      }
      const steps = shape.slice(0, -1);
      if (mask && shapeOf(mask, 'mask', 'lstm').join() !== steps.join()) {
        throw wrongShape(`[${steps.join(', ')}]`, 'mask', mask.shape, 'lstm');
      }
      const present = mask?.ne(0).unsqueeze(-1);
      const there = read(cell, forward, x, present, false);
      if (!backward) return there;
      return torch.cat([there, read(cell, backward, x, present, true)], -1);
    },
    tasks: true,
  };
}

/** The outputs of one direction, in the order of the sequence. */
function read(
  cell: LstmCell,
  params: LstmCellParams,
  x: Tensor,
  present: Tensor | undefined,
  reversed: boolean,
): Tensor {
  const projected = cell.project(params, x).unbind(-2);
  const masks = present?.unbind(-2);
  const outputs: Tensor[] = [];
  let state: LstmState | undefined;
  for (let i = 0; i < projected.length; i++) {
    const at = reversed ? projected.length - 1 - i : i;
    const next = cell.step(params, projected[at] as Tensor, state);
    state = keep(next, state, masks?.[at]);
    outputs.push(state.h);
  }
  if (reversed) outputs.reverse();
  const all = torch.stack(outputs, -2);
  return present ? all.mul(present) : all;
}

/** The next state where the mask is true, the one before elsewhere. */
function keep(next: LstmState, before: LstmState | undefined, mask: Tensor | undefined): LstmState {
  if (mask === undefined) return next;
  return {
    h: torch.where(mask, next.h, before?.h ?? next.h.zerosLike()),
    c: torch.where(mask, next.c, before?.c ?? next.c.zerosLike()),
  };
}
