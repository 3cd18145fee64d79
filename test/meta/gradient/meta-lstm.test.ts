import { maml, metaGradient, metaLstm } from '../../../lib/meta/index';
import { linear } from '../../../lib/nn/index';
import { mapTree, type Tensor, torch } from '../../../lib/torch/index';
import { describeContract, distance, expectDerivative, treeDistance } from '../support/contract';
import {
  expectResult,
  fixture,
  fixtureEpisodes,
  fixtureWeights,
  parameter,
} from '../support/fixture';
import { quadratic, quadraticEpisodes } from '../support/quadratic';
import { modelAndEncoder, parametersOf, randomEpisodes, smoothModel } from '../support/support';

const episodes = randomEpisodes(torch.generator(3));
const model = smoothModel(4, 3);
const encoder = linear({ inFeatures: 4, outFeatures: 4 });
const learner = metaLstm({ model, encoder, innerSteps: 3, hiddenSize: 4, innerLearningRate: 0.3 });
const params = parametersOf(learner, 4);

describeContract({ learner, params, episodes });

test('equals PyTorch: loss and the gradients of weights, LSTM and gates', () => {
  const { phi } = fixture;
  const of = (name: string): Tensor => parameter(phi[name] ?? []);
  const gate = (name: string) => ({ weight: of(`${name}.weight`), bias: of(`${name}.bias`) });
  const lstm = {
    weightIh: of('lstm.weightIh'),
    weightHh: of('lstm.weightHh'),
    biasIh: of('lstm.biasIh'),
    biasHh: of('lstm.biasHh'),
  };
  const { gradients, loss } = metaGradient(
    metaLstm({ model, innerSteps: 3, hiddenSize: 6 }),
    {
      model: fixtureWeights(),
      encoder: {},
      optimizer: { lstm, forget: gate('forget'), input: gate('input') },
    },
    fixtureEpisodes,
  );
  expectResult(
    { loss, gradients: { ...gradients.model, ...gradients.optimizer } },
    fixture.metaLstm,
  );
});

test('with f = 1 and i = α it is gradient descent', () => {
  const alpha = 0.3;
  const zero = mapTree(([w]) => w.zerosLike(), params.optimizer);
  const optimizer = {
    ...zero,
    forget: { weight: zero.forget.weight, bias: torch.full([1], 40, { dtype: 'float64' }) },
    input: {
      weight: zero.input.weight,
      bias: torch.full([1], Math.log(alpha / (1 - alpha)), { dtype: 'float64' }),
    },
  };
  const adapted = learner.adapt({ ...params, optimizer }, episodes.support, 3);
  const expected = maml({ model, encoder, innerLearningRate: alpha, innerSteps: 3 });
  expect(
    treeDistance(adapted, expected.adapt(modelAndEncoder(params), episodes.support, 3)),
  ).toBeLessThan(1e-12);
});

test('before training it almost is', () => {
  const small = metaLstm({ model, innerSteps: 1, innerLearningRate: 0.2 });
  const at = parametersOf(small, 5);
  const moved = small.adapt(at, episodes.support, 3).model.w.sub(at.model.w.mul(0.9933));
  const descent = maml({ model, innerLearningRate: 0.2, innerSteps: 1 });
  const exact = descent.adapt(modelAndEncoder(at), episodes.support, 3).model.w.sub(at.model.w);
  expect(distance(moved, exact)).toBeLessThan(0.05);
});

test('starts with twenty cells, f of σ(5) and i of 0.01', () => {
  const { lstm, forget, input } = metaLstm({ model }).init(torch.generator(1)).optimizer;
  expect(lstm.weightHh.shape).toEqual([80, 20]);
  expect(forget.bias?.tolist()).toEqual([5]);
  expect(Number(input.bias?.sigmoid().item())).toBeCloseTo(0.01, 6);
});

test('where gradients and losses are constants the meta-gradient is exact', () => {
  // The support loss is always 0 and its gradient always g; the query loss is ½ θᵀAθ.
  const loss = (outputs: Tensor, labels: Tensor): Tensor => {
    const value = outputs.squeeze(1);
    if (labels.select(1, 0).select(0, 0).item() === 1) {
      return value.matmul(quadratic.a).mul(value).sum([-1]).mul(0.5);
    }
    const slope = value.matmul(quadratic.g);
    return slope.sub(slope.detach());
  };
  const exact = metaLstm({ model: quadratic.model, loss, hiddenSize: 3, innerLearningRate: 0.3 });
  const at = parametersOf(exact, 6);
  torch.noGrad(() => mapTree(([w]) => w.copy_(w.mul(30).add(0.1)), at.optimizer.lstm));
  torch.noGrad(() => at.optimizer.forget.bias?.copy_(torch.ones([1])));
  expectDerivative(exact, at, quadraticEpisodes);
});

test('no steps are legal; other numbers are refused', () => {
  const none = metaLstm({ model, innerSteps: 0 });
  const at = parametersOf(none, 7);
  expect(distance(none.adapt(at, episodes.support, 3).model.w, at.model.w.expand([3, 4, 4]))).toBe(
    0,
  );
  expect(() => metaLstm({ model, innerSteps: -1 })).toThrow(RangeError);
  expect(() => metaLstm({ model, innerLearningRate: 1 })).toThrow(RangeError);
});
