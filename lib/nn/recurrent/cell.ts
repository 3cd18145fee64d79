import type { Generator, Tensor, Tree } from '../../torch';
import { shapeOf, wrongShape } from '../../torch/check-tensors';
import { uniform } from '../init';
import type { LinearParams } from '../linear';

/** One step of a recurrent layer: parameters `P`, and a state `S` whose `h` `[..., H]` is the output. */
export type RecurrentCell<P extends Tree, S extends Tree & { h: Tensor }> = {
  init(generator: Generator): P;
  /** The input's share of the gates, `[..., I]` to `[..., G·H]`: for all steps of a sequence at once. */
  project(params: P, x: Tensor): Tensor;
  /** One step from what `project` gave, `[..., G·H]`. Without a state it starts from zeros. */
  step(params: P, projected: Tensor, state?: S): S;
};

export type CellOptions = {
  inputSize: number;
  /** H */
  hiddenSize: number;
};

/** Weight `[rows, columns]` and bias `[rows]`, uniform in ±bound. */
export function uniformLinear(
  [rows, columns]: readonly [number, number],
  generator: Generator,
  bound: number,
): Required<LinearParams> {
  return {
    weight: uniform([rows, columns], generator, { bound }),
    bias: uniform([rows], generator, { bound }),
  };
}

/** Refuses a tensor whose last size is another: it would be cut or repeated. */
export function checkSize(tensor: Tensor, size: number, name: string, cell: string): void {
  const shape = shapeOf(tensor, name, cell);
  if (shape.at(-1) !== size) throw wrongShape(`[..., ${size}]`, name, shape, cell);
}
