/**
 * The full context embeddings of Matching Networks, Vinyals et al. 2016, appendix A:
 *
 *   g(xᵢ, S) = h⃗ᵢ + h⃖ᵢ + g′(xᵢ), with h⃗ and h⃖ the outputs of LSTMs that read g′ of the support set
 *   r = Σᵢ softmax over i of (hᵀ g(xᵢ)) · g(xᵢ);   h, c ← LSTM(f′(x), [h, r], c);   h ← h + f′(x)
 *
 * the second line K times from h = c = 0; then f(x, S) = h.
 */
import { type OptionsOf, positiveInteger, readOptions, required, withDefault } from '../../check';
import {
  type LstmCellParams,
  type LstmParams,
  type LstmState,
  lstm,
  lstmCell,
} from '../../nn/index';
import { type Generator, type Tensor, torch } from '../../torch/index';

/** What the options beside layers are checked by. */
export const FULL_CONTEXT = {
  /** D: the size of the embeddings, and of each LSTM's output. */
  dimensions: required(positiveInteger),
  /** K: how often a query looks at the support set. Default: 5. */
  steps: withDefault(positiveInteger, 5),
};

export type FullContextOptions = OptionsOf<typeof FULL_CONTEXT>;

export type FullContextParams = { support: LstmParams; query: LstmCellParams };

export type FullContext = {
  init(generator: Generator): FullContextParams;
  /** g: `[T, s, D]` to `[T, s, D]`; `present` `[T, s]` is false for rows that only fill up. */
  embedSupport(params: FullContextParams, plain: Tensor, present: Tensor): Tensor;
  /** f: `[T, q, D]` to `[T, q, D]`, each query by itself. */
  embedQuery(params: FullContextParams, plain: Tensor, support: Tensor, present: Tensor): Tensor;
};

/** @throws ArgumentRangeError unless options are positive integers */
export function fullContext(options: FullContextOptions): FullContext {
  const { dimensions: size, steps } = readOptions(FULL_CONTEXT, options, 'fullContext');
  const both = lstm({ inputSize: size, hiddenSize: size, bidirectional: true });
  const cell = lstmCell({ inputSize: 2 * size, hiddenSize: size });
  return {
    init: (generator) => ({ support: both.init(generator), query: cell.init(generator) }),
    embedSupport(params, plain, present) {
      const outputs = both.apply(params.support, { x: plain, mask: present });
      return outputs
        .narrow(-1, 0, size)
        .add(outputs.narrow(-1, size, size))
        .add(plain);
    },
    embedQuery(params, plain, support, present) {
      const zeros = plain.zerosLike();
      let state: LstmState = { h: zeros, c: zeros };
      for (let k = 0; k < steps; k++) {
        const attention = torch.maskedSoftmax(state.h.bmm(support.mT), present.unsqueeze(1), -1);
        const gates = cell.project(params.query, torch.cat([plain, attention.bmm(support)], -1));
        const next = cell.step(params.query, gates, state);
        state = { h: next.h.add(plain), c: next.c };
      }
      return state.h;
    },
  };
}

/** Returns `value` if it can be the options of `fullContext`. */
export function fullContextOptions(value: unknown): FullContextOptions {
  return readOptions(FULL_CONTEXT, value, 'fullContext');
}
