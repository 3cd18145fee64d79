import {
  maml,
  metaGradient,
  prototypical,
  queryAccuracy,
  queryLogits,
  taskCrossEntropy,
} from '../../lib/meta';
import { linear } from '../../lib/nn';
import { torch } from '../../lib/torch';
import { centralDifference, parametersOf, randomEpisodes } from './support';

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

test('the order of the support set does not matter; permuted labels permute the logits', () => {
  const order = torch.tensor([5, 3, 1, 0, 2, 4], { dtype: 'int64' });
  const shuffled = {
    inputs: episodes.support.inputs.indexSelect(1, order),
    labels: episodes.support.labels.indexSelect(1, order),
  };
  const plain = queryLogits(learner, params, episodes).logits;
  const again = queryLogits(learner, params, { ...episodes, support: shuffled }).logits;
  expect(Number(plain.sub(again).abs().max().item())).toBeLessThan(1e-12);
  const renamed = { ...episodes.support, labels: episodes.support.labels.add(1).remainder(3) };
  const permuted = queryLogits(learner, params, { ...episodes, support: renamed }).logits;
  expect(
    Number(
      plain
        .sub(permuted.roll([-1], [-1]))
        .abs()
        .max()
        .item(),
    ),
  ).toBeLessThan(1e-12);
});

test('rows that only fill up change nothing, and shots may differ', () => {
  const padded = {
    inputs: torch.cat([episodes.support.inputs, torch.ones([3, 1, 4], { dtype: 'float64' })], 1),
    labels: torch.cat([episodes.support.labels, torch.full([3, 1], -100n)], 1),
  };
  const plain = learner.adapt(params, episodes.support, 3).prototypes;
  const same = learner.adapt(params, padded, 3).prototypes;
  expect(Number(plain.sub(same).abs().max().item())).toBeLessThan(1e-14);
});

test('the gradient agrees with central differences', () => {
  const { gradients } = metaGradient(learner, params, episodes);
  const value = (): number =>
    torch.scope(() => {
      const { logits, labels } = queryLogits(learner, params, episodes);
      return Number(taskCrossEntropy(logits, labels).mean().item());
    });
  for (let i = 0; i < 20; i++) {
    const exact = Number(gradients.weight.view([-1]).select(0, i).item());
    expect(exact).toBeCloseTo(centralDifference(value, params.weight, i, 1e-5), 8);
  }
});

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
