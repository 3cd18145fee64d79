import { maml, prototypical, queryAccuracy, queryLogits } from '../../../lib/meta/index';
import { linear } from '../../../lib/nn/index';
import { torch } from '../../../lib/torch/index';
import { parametersOf, randomEpisodes } from '../support/support';
import { itKeepsTheContract } from './metric-contract';

const learner = prototypical({ encoder: linear({ inFeatures: 4, outFeatures: 5 }) });
const episodes = randomEpisodes(torch.generator(1));
const params = parametersOf(learner, 2);
const embed = (x: typeof episodes.support.inputs) =>
  torch.linear(x, params.weight, params.bias ?? null);

test('prototypes are class means', () => {
  const { prototypes } = learner.adapt(params, episodes.support, 3);
  const means = embed(episodes.support.inputs).reshape([3, 3, 2, 5]).mean([2]);
  expect(Number(prototypes.sub(means).abs().max().item())).toBeLessThan(1e-14);
});

test('logits are those of a linear head with w = 2c and b = −‖c‖², up to a term of the query', () => {
  const { logits } = queryLogits(learner, params, episodes);
  const { prototypes } = learner.adapt(params, episodes.support, 3);
  const query = embed(episodes.query.inputs);
  const linearHead = query
    .bmm(prototypes.mul(2).mT)
    .sub(prototypes.square().sum([-1]).unsqueeze(1));
  const difference = logits.logSoftmax(-1).sub(linearHead.logSoftmax(-1)).abs().max();
  expect(Number(difference.item())).toBeLessThan(1e-12);
  const exact = query.unsqueeze(2).sub(prototypes.unsqueeze(1)).square().sum([-1]).neg();
  expect(Number(logits.sub(exact).abs().max().item())).toBeLessThan(1e-12);
});

itKeepsTheContract(learner);

test('accuracy is per task', () => {
  const accuracy = queryAccuracy(learner, params, episodes);
  expect(accuracy).toHaveLength(3);
  for (const share of accuracy) expect(share * 6).toBeCloseTo(Math.round(share * 6), 5);
});

test('learners tell classes apart that lie apart', () => {
  const far = randomEpisodes(torch.generator(3), { tasks: 20, shots: 5, size: 4 });
  const model = linear({ inFeatures: 4, outFeatures: 3 });
  const byGradient = maml({ model, innerLearningRate: 0.3, innerSteps: 20 });
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(queryAccuracy(learner, params, far))).toBeGreaterThan(0.7);
  expect(mean(queryAccuracy(byGradient, parametersOf(byGradient, 4), far))).toBeGreaterThan(0.7);
});
