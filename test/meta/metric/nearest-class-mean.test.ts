import { nearestClassMean, queryLogits } from '../../../lib/meta/index';
import { linear } from '../../../lib/nn/index';
import { torch } from '../../../lib/torch/index';
import { parametersOf, randomEpisodes } from '../support/support';
import { itKeepsTheContract } from './metric-contract';

const learner = nearestClassMean({ encoder: linear({ inFeatures: 4, outFeatures: 5 }) });
const episodes = randomEpisodes(torch.generator(1));
const params = parametersOf(learner, 2);

test('logits are cosines to the class means', () => {
  const { logits } = queryLogits(learner, params, episodes);
  const embed = (x: typeof episodes.support.inputs) =>
    torch.linear(x, params.weight, params.bias ?? null);
  const unit = (x: typeof logits) => x.div(x.norm(2, [-1], true));
  const means = unit(embed(episodes.support.inputs)).reshape([3, 3, 2, 5]).mean([2]);
  const cosines = torch.cosineSimilarity(
    embed(episodes.query.inputs).unsqueeze(2),
    means.unsqueeze(1),
    -1,
  );
  expect(Number(logits.sub(cosines).abs().max().item())).toBeLessThan(1e-12);
});

test('does not depend on the scale of the embeddings', () => {
  const scaled = { weight: params.weight.mul(7), bias: params.bias?.mul(7) ?? params.weight };
  const plain = queryLogits(learner, params, episodes).logits;
  const larger = queryLogits(learner, scaled, episodes).logits;
  expect(Number(plain.sub(larger).abs().max().item())).toBeLessThan(1e-12);
});

test('an embedding of zeros gives no NaN', () => {
  const zeros = { inputs: torch.zeros([1, 3, 4]), labels: torch.tensor([[0n, 1n, 2n]]) };
  const none = { weight: torch.zeros([5, 4]), bias: torch.zeros([5]) };
  const { logits } = queryLogits(learner, none, { ways: 3, support: zeros, query: zeros });
  expect(logits.isnan().any().item()).toBe(false);
});

itKeepsTheContract(learner);
