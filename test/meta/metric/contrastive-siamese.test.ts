import { contrastiveSiamese, metaGradient, queryLogits } from '../../../lib/meta/index';
import { linear } from '../../../lib/nn/index';
import { type Tensor, torch } from '../../../lib/torch/index';
import { parametersOf, randomEpisodes } from '../support/support';
import { expectSame, itKeepsTheContract } from './metric-contract';

const encoder = linear({ inFeatures: 4, outFeatures: 5 });
const episodes = randomEpisodes(torch.generator(1));
const margin = 3;
const learner = contrastiveSiamese({ encoder, margin });
const params = parametersOf(learner, 2);

function distance(): Tensor {
  const embed = (x: Tensor) => encoder.apply(params.encoder, x);
  const [query, support] = [embed(episodes.query.inputs), embed(episodes.support.inputs)];
  return query.unsqueeze(2).sub(support.unsqueeze(1)).square().sum([-1]).sqrt();
}

test('the logits are the mean, or the greatest, of −D²', () => {
  const pairs = distance().square().neg().unflatten(2, [3, 2]);
  expectSame(queryLogits(learner, params, episodes).logits, pairs.mean([3]));
  const nearest = contrastiveSiamese({ encoder, score: 'max' });
  expectSame(queryLogits(nearest, params, episodes).logits, pairs.amax([3]));
});

test('the loss is (1 − Y) ½ D² + Y ½ max(0, m − D)², half of the pairs of one class', () => {
  const same = episodes.query.labels.unsqueeze(2).eq(episodes.support.labels.unsqueeze(1));
  const different = same.logicalNot();
  const d = distance();
  const near = d.square().mul(same).sum().div(same.sum());
  const far = d.rsub(margin).relu().square().mul(different).sum().div(different.sum());
  expect(Number(far.item())).toBeGreaterThan(0);
  const { loss } = metaGradient(learner, params, episodes);
  expect(loss).toBeCloseTo(Number(near.add(far).mul(0.25).item()), 12);
});

test('texts at one place have finite gradients', () => {
  const same = {
    inputs: torch.ones([1, 2, 4], { dtype: 'float64' }),
    labels: torch.tensor([[0n, 1n]]),
  };
  const { gradients, loss } = metaGradient(learner, params, {
    ways: 2,
    support: same,
    query: same,
  });
  expect(loss).toBeCloseTo((margin * margin) / 4, 12);
  expect(gradients.encoder.weight.isfinite().all().item()).toBe(true);
});

test('rounding makes no square of a distance negative', () => {
  const rows = torch.randn([1, 64, 5], { generator: torch.generator(4) }).mul(100);
  const labels = torch.arange(64).unsqueeze(0);
  const plain = contrastiveSiamese({ encoder: { init: () => ({}), apply: (_, x) => x } });
  const same = { inputs: rows, labels };
  const { logits } = queryLogits(plain, { encoder: {} }, { ways: 64, support: same, query: same });
  expect(Number(logits.max().item())).toBe(0);
});

describe.each(['mean', 'max'] as const)('by the %s', (score) => {
  itKeepsTheContract(contrastiveSiamese({ encoder, margin, score }));
});

test('refuses a score that is none', () => {
  const score = 'MAX' as 'max';
  expect(() => contrastiveSiamese({ encoder, score })).toThrow('score of contrastiveSiamese');
});

test('refuses a margin that is none', () => {
  expect(() => contrastiveSiamese({ encoder, margin: 0 })).toThrow('margin of contrastiveSiamese');
});
