import { metaGradient, queryLogits, siamese } from '../../../lib/meta/index';
import { linear } from '../../../lib/nn/index';
import { type Tensor, torch } from '../../../lib/torch/index';
import { parametersOf, randomEpisodes } from '../support/support';
import { expectSame, itKeepsTheContract } from './metric-contract';

const encoder = linear({ inFeatures: 4, outFeatures: 5 });
const episodes = randomEpisodes(torch.generator(1));
const learner = siamese({ encoder, dimensions: 5 });
const params = parametersOf(learner, 2);
const embed = (x: Tensor) => encoder.apply(params.encoder, x);

/** log p / (1 − p) of two texts, by the formula. */
function logit(query: Tensor, support: Tensor): Tensor {
  const distance = embed(query).unsqueeze(2).sub(embed(support).unsqueeze(1)).abs();
  return distance.mul(params.alpha).sum([-1]).add(params.bias);
}

test('the logits are the mean, or the greatest, of each class’s pairs', () => {
  const pairs = logit(episodes.query.inputs, episodes.support.inputs).unflatten(2, [3, 2]);
  expectSame(queryLogits(learner, params, episodes).logits, pairs.mean([3]));
  const greatest = siamese({ encoder, dimensions: 5, score: 'max' });
  expectSame(queryLogits(greatest, params, episodes).logits, pairs.amax([3]));
});

test('two texts are as alike the one way round as the other', () => {
  const one = { ...episodes.support, labels: torch.arange(6).expand([3, 6]) };
  const { logits } = queryLogits(learner, params, { ways: 6, support: one, query: one });
  expectSame(logits, logits.mT);
  const diagonal = logits.diagonal(0, 1, 2);
  expectSame(diagonal, params.bias.expand(diagonal.shape));
});

test('the loss is the cross-entropy of pairs, half of them of one class', () => {
  const p = logit(episodes.query.inputs, episodes.support.inputs).sigmoid();
  const same = episodes.query.labels.unsqueeze(2).eq(episodes.support.labels.unsqueeze(1));
  const alike = p.log().neg().mul(same).sum().div(same.sum());
  const apart = p.rsub(1).log().neg().mul(same.logicalNot()).sum().div(same.logicalNot().sum());
  const { loss, accuracy } = metaGradient(learner, params, episodes);
  expect(loss).toBeCloseTo(Number(alike.add(apart).mul(0.5).item()), 12);
  expect(accuracy * 18).toBeCloseTo(Math.round(accuracy * 18), 5);
});

describe.each(['mean', 'max'] as const)('by the %s', (score) => {
  itKeepsTheContract(siamese({ encoder, dimensions: 5, score }));
});

test('α and b start as in the paper, from normal distributions', () => {
  const large = siamese({ encoder, dimensions: 10_000 });
  const { alpha, bias } = large.init(torch.generator(1));
  expect(Number(alpha.std().item())).toBeCloseTo(0.2, 2);
  expect(Number(alpha.mean().item())).toBeCloseTo(0, 2);
  expect(Math.abs(Number(bias.item()) - 0.5)).toBeLessThan(0.05);
});

test.each(['mean', 'max'] as const)('a class without examples is never the answer: %s', (score) => {
  const own = siamese({ encoder, dimensions: 5, score });
  const { support, query } = episodes;
  const { logits } = queryLogits(own, params, { ways: 4, support, query });
  expect(logits.select(2, 3).eq(-Infinity).all().item()).toBe(true);
  expect(logits.narrow(2, 0, 3).isfinite().all().item()).toBe(true);
});

test('refuses a score that is none', () => {
  const score = 'min' as 'max';
  expect(() => siamese({ encoder, dimensions: 5, score })).toThrow(
    "Expected 'mean' or 'max' for score of siamese but received string 'min'",
  );
});

test('refuses dimensions that are none', () => {
  expect(() => siamese({ encoder, dimensions: 0 })).toThrow('dimensions of siamese');
});
