import { checkOptions, flag, objectOf, positiveInteger } from '../../check';
import { invalidArgument } from '../../errors';
import { mapTree, type Tensor, type Tree, torch } from '../../torch';
import { shapeOf, wrongShape } from '../../torch/check-tensors';
import type { Layer } from '../layer';
import type { CellOptions, RecurrentCell } from './cell';

export type RecurrentOptions = {
  inputSize: number;
  /** H, of each direction. */
  hiddenSize: number;
  /** Read the sequence from both ends. Default: false. */
  bidirectional?: boolean;
};

/** One cell's parameters for each direction. */
export type RecurrentParams<P extends Tree> = { forward: P; backward?: P };

/** Sequences `x` `[..., L, D]`, and a `mask` `[..., L]` that is nonzero for what is not padding. */
export type Sequences = { x: Tensor; mask?: Tensor };

type State = Tree & { h: Tensor };

/**
 * A cell's outputs over the steps of sequences, in one direction or both.
 *
 * @param name the layer's, for errors
 */
export function recurrentLayer<P extends Tree, S extends State>(
  options: RecurrentOptions,
  cellOf: (options: CellOptions) => RecurrentCell<P, S>,
  name: string,
): Layer<RecurrentParams<P>, Sequences> {
  checkOptions(options, ['inputSize', 'hiddenSize', 'bidirectional'], name);
  const bidirectional = flag(options.bidirectional ?? false, 'bidirectional', name);
  const inputSize = positiveInteger(options.inputSize, 'inputSize', name);
  const cell = cellOf({ inputSize, hiddenSize: options.hiddenSize });
  return {
    init: (generator) => ({
      forward: cell.init(generator),
      ...(bidirectional && { backward: cell.init(generator) }),
    }),
    apply(params, sequences) {
      const { forward, backward } = objectOf(params, 'parameters', name);
      const { x, mask } = objectOf(sequences, 'input', name);
      objectOf(forward, 'forward parameters', name);
      if ((backward !== undefined) !== bidirectional) {
        const expected = bidirectional ? 'parameters' : 'nothing';
        throw invalidArgument(expected, `backward of the parameters of ${name}`, backward, name);
      }
      checkSequences({ x, mask }, inputSize, name);
      const present = mask?.ne(0).unsqueeze(-1);
      const there = read(cell, forward, x, present, false);
      if (!backward) return there;
      return torch.cat([there, read(cell, backward, x, present, true)], -1);
    },
    tasks: true,
  };
}

function checkSequences(
  { x, mask }: { x: Tensor; mask: Tensor | undefined },
  inputSize: number,
  name: string,
): void {
  const shape = shapeOf(x, 'x', name);
  if (shape.length < 2 || shape.at(-1) !== inputSize || shape.at(-2) === 0) {
    throw wrongShape(`[..., L, ${inputSize}] with L at least 1`, 'x', shape, name);
  }
  const steps = shape.slice(0, -1);
  if (mask && shapeOf(mask, 'mask', name).join() !== steps.join()) {
    throw wrongShape(`[${steps.join(', ')}]`, 'mask', mask.shape, name);
  }
}

/** The outputs of one direction, in the order of the sequence. */
function read<P extends Tree, S extends State>(
  cell: RecurrentCell<P, S>,
  params: P,
  x: Tensor,
  present: Tensor | undefined,
  reversed: boolean,
): Tensor {
  const projected = cell.project(params, x).unbind(-2);
  const masks = present?.unbind(-2);
  const outputs: Tensor[] = [];
  let state: S | undefined;
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
function keep<S extends State>(next: S, before: S | undefined, mask: Tensor | undefined): S {
  if (mask === undefined) return next;
  const start = before ?? mapTree(([own]) => own.zerosLike(), next);
  return mapTree(([own, old]) => torch.where(mask, own, old), next, start);
}
