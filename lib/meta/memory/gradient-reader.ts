import { type LinearParams, uniform } from '../../nn/index';
import { type Generator, type Tensor, torch } from '../../torch/index';
import { preprocess } from '../gradient/preprocess';

/** An LSTM of size H with input 2, and its output layer, weight `[1, H]`. */
export type GradientReader = {
  lstm: { weightIh: Tensor; weightHh: Tensor; biasIh: Tensor; biasHh: Tensor };
  output: LinearParams;
};

/** A network that reads examples' gradients one after the other, the same for every coordinate. */
export function gradientReader(size: number): {
  init(generator: Generator): GradientReader;
  /** Gradients `[T, n, D]` and which rows to read, `[T, n]`, to one row for each task, `[T, D]`. */
  read(params: GradientReader, gradients: Tensor, present: Tensor): Tensor;
} {
  return {
    init(generator) {
      const drawn = (...shape: number[]): Tensor =>
        uniform(shape, generator, { bound: 1 / Math.sqrt(size) });
      return {
        lstm: {
          weightIh: drawn(4 * size, 2),
          weightHh: drawn(4 * size, size),
          biasIh: drawn(4 * size),
          biasHh: drawn(4 * size),
        },
        // Near zero: fast weights that start small.
        output: { weight: drawn(1, size).mul(0.1), bias: drawn(1).mul(0.1) },
      };
    },
    read({ lstm, output }, gradients, present) {
      const [tasks = 0, rows = 0, coordinates = 0] = gradients.shape;
      const like = { dtype: gradients.dtype, device: gradients.device };
      const { weightIh, weightHh, biasIh, biasHh } = lstm;
      const seen = preprocess(gradients);
      let h = torch.zeros([tasks * coordinates, size], like);
      let c = h;
      for (let i = 0; i < rows; i++) {
        const reads = present.select(1, i).repeatInterleave(coordinates).unsqueeze(1);
        const input = seen.select(1, i).flatten(0, 1);
        const [hidden, cell] = torch.lstmCell(input, [h, c], weightIh, weightHh, biasIh, biasHh);
        h = torch.where(reads, hidden, h);
        c = torch.where(reads, cell, c);
      }
      return torch.linear(h, output.weight, output.bias ?? null).view([tasks, coordinates]);
    },
  };
}
