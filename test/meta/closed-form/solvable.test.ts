import { solvable } from '../../../lib/meta/closed-form/solvable';
import {
  type Episodes,
  type Examples,
  type Learner,
  metaGradient,
  metaOptNet,
  queryLogits,
  r2d2,
  ridgeRegression,
} from '../../../lib/meta/index';
import type { Layer } from '../../../lib/nn/index';
import { type Dtype, type Tree, torch } from '../../../lib/torch/index';
import { parametersOf, randomEpisodes } from '../support/support';

/** Embeddings as they are: their size is the inputs'. */
const plain: Layer<Record<string, never>> = { init: () => ({}), apply: (_, x) => x };

function scaled(factor: number, dtype: Dtype): Episodes {
  const { ways, ...sets } = randomEpisodes(torch.generator(1), { ways: 5, shots: 5, size: 8 });
  const set = ({ inputs, labels }: Examples) => ({
    inputs: inputs.mul(factor).to('float32').to(dtype),
    labels,
  });
  return { ways, support: set(sets.support), query: set(sets.query) };
}

function expectLikeFloat64<P extends Tree, A>(learner: Learner<P, A>, factor: number): void {
  const logits = (dtype: Dtype) => {
    const params = parametersOf(learner, 1, dtype);
    return queryLogits(learner, params, scaled(factor, dtype)).logits.to('float64');
  };
  const exact = logits('float64');
  const error = Number(logits('float32').sub(exact).abs().max().item());
  expect(error).toBeLessThan(1e-4 * (1 + Number(exact.abs().max().item())));
}

test.each([1e-3, 1, 1e3, 1e5])('embeddings of size %d are solved in float32 too', (factor) => {
  expectLikeFloat64(r2d2({ encoder: plain }), factor);
  expectLikeFloat64(r2d2({ encoder: plain, lambda: 1e-3 }), factor);
  expectLikeFloat64(metaOptNet({ encoder: plain }), factor);
});

const caught = (fn: () => unknown): unknown => {
  try {
    return fn();
  } catch (error) {
    return error;
  }
};

function itNamesWhatHelps<P extends Tree, A>(
  name: string,
  learner: Learner<P, A>,
  option: string,
): void {
  const params = parametersOf(learner, 1, 'float32');

  test('names the option that helps where embeddings are too large', () => {
    const one = torch.full([1, 5, 8], 1e15);
    const support = { inputs: one, labels: torch.arange(5).unsqueeze(0) };
    expect(caught(() => learner.adapt(params, support, 5))).toMatchObject({
      code: 'ERR_TORCH_LINALG',
      operator: name,
      message: expect.stringMatching(
        new RegExp(`^Expected a ${option} .* received embeddings of up to 1.0e\\+15`),
      ),
    });
  });

  test('says so where embeddings are not finite', () => {
    const none = scaled(Number.NaN, 'float32');
    expect(caught(() => metaGradient(learner, params, none))).toMatchObject({
      code: 'ERR_TORCH_LINALG',
      message: `Expected finite embeddings for ${name} but received embeddings of up to NaN`,
    });
  });
}

describe('r2d2', () => itNamesWhatHelps('r2d2', r2d2({ encoder: plain }), 'lambda of r2d2'));
describe('metaOptNet', () =>
  itNamesWhatHelps('metaOptNet', metaOptNet({ encoder: plain }), 'jitter of metaOptNet'));

test('ridge regression keeps the dtype of its rows', () => {
  const [x, y] = [torch.ones([1, 2, 3]), torch.ones([1, 2, 1])];
  expect(ridgeRegression(x, y, torch.tensor(1)).dtype).toBe('float32');
});

test('other errors pass as they are', () => {
  const other = new RangeError('other');
  const thrown = caught(() =>
    solvable(torch.ones([1]), 'lambda of r2d2', () => {
      throw other;
    }),
  );
  expect(thrown).toBe(other);
});
