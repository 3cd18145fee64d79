import fc from 'fast-check';
import {
  contrastiveSiamese,
  type Episodes,
  type Examples,
  type Learner,
  prototypical,
  queryAccuracy,
  queryLogits,
} from '../../../lib/meta/index';
import { squaredDistances } from '../../../lib/meta/metric/squared-distances';
import type { Layer } from '../../../lib/nn/index';
import { type Tensor, type Tree, torch } from '../../../lib/torch/index';
import { expectGradients, float64 } from '../../helpers/gradients';
import { randomEpisodes } from '../support/support';
import { expectSame } from './metric-contract';

const direct = (rows: Tensor, centers: Tensor) =>
  rows.unsqueeze(2).sub(centers.unsqueeze(1)).square().sum([-1]);

test('equals differences squared and summed, and is twice differentiable', () => {
  const [rows, centers] = [float64([2, 4, 3], 1), float64([2, 5, 3], 2)];
  expectSame(squaredDistances(rows, centers), direct(rows, centers));
  expectGradients((x, c) => squaredDistances(x, c), [rows, centers]);
});

test('in float32 it is as exact as differences, wherever rows lie and however far apart', () => {
  const large = fc.double({ min: -1e5, max: 1e5, noNaN: true });
  fc.assert(
    fc.property(large, large, fc.nat(3), fc.nat(1000), (offset, outlier, place, seed) => {
      torch.scope(() => {
        const generator = torch.generator(seed);
        const rows = torch.randn([2, 6, 8], { generator }).add(offset);
        const centers = torch.randn([2, 4, 8], { generator }).add(offset);
        // One class far from all others.
        centers.select(1, place).add_(outlier);
        const exact = direct(rows.to('float64'), centers.to('float64'));
        const found = squaredDistances(rows, centers);
        expect(found.dtype).toBe('float32');
        expectSame(found.to('float64'), exact, 1e-6);
      });
    }),
    { numRuns: 50 },
  );
});

const plain: Layer<Record<string, never>> = { init: () => ({}), apply: (_, x) => x };

/** Embeddings moved away from 0, in float32, and the same numbers in float64. */
function moved({ ways, support, query }: Episodes, offset: number): [Episodes, Episodes] {
  const of = (dtype: 'float32' | 'float64') => {
    const set = ({ inputs, labels }: Examples) => ({
      inputs: inputs.add(offset).to('float32').to(dtype),
      labels,
    });
    return { ways, support: set(support), query: set(query) };
  };
  return [of('float32'), of('float64')];
}

function expectAsRightAnywhere<P extends Tree, A>(learner: Learner<P, A>, offset: number): void {
  const params = learner.init(torch.generator(1));
  const episodes = randomEpisodes(torch.generator(1), { tasks: 50, ways: 5, shots: 5, size: 16 });
  const [single, double] = moved(episodes, offset);
  const accuracies = queryAccuracy(learner, params, single);
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
  expect(mean).toBeGreaterThan(0.97);
  const rounded = queryLogits(learner, params, single).logits.to('float64');
  expectSame(rounded, queryLogits(learner, params, double).logits, 2e-3);
}

test.each([0, 1e3, 3e3, 3e4])('learners by distance are as right %d away from 0', (offset) => {
  expectAsRightAnywhere(prototypical({ encoder: plain }), offset);
  expectAsRightAnywhere(contrastiveSiamese({ encoder: plain }), offset);
});
