import {
  type Episodes,
  fineTuning,
  maml,
  metaGradient,
  queryLogits,
  taskCrossEntropy,
} from '../../../lib/meta/index';
import { type Layer, linear, mlp, trainable } from '../../../lib/nn/index';
import { sgd } from '../../../lib/optim/index';
import { flattenTree, type Tensor, torch } from '../../../lib/torch/index';
import { numbers } from '../../helpers/gradients';
import { describeContract, distance } from '../support/contract';
import { quadratic, quadraticEpisodes } from '../support/quadratic';
import { centralDifference, parametersOf, randomEpisodes, smoothModel } from '../support/support';

const ALPHA = 0.3;

describe('on a quadratic loss', () => {
  // L_support(θ) = ½ θᵀAθ and L_query(θ) = gᵀθ, so the meta-gradient is (I − αA)ᵏ g.
  const a = torch.tensor(
    [
      [2, 0.5, 0],
      [0.5, 1, -0.25],
      [0, -0.25, 1.5],
    ],
    { dtype: 'float64' },
  );
  const g = torch.tensor([1, -2, 0.5], { dtype: 'float64' });
  const theta: Layer<{ theta: Tensor }> = {
    init: (generator) => ({ theta: torch.randn([3], { generator }) }),
    apply: ({ theta: value }) => value.unsqueeze(1),
    tasks: true,
  };
  // The labels tell the two losses apart: 0 for the support set, 1 for the query set.
  const loss = (outputs: Tensor, labels: Tensor): Tensor => {
    const value = outputs.squeeze(1);
    if (labels.select(1, 0).select(0, 0).item() === 1) return value.matmul(g);
    return value.matmul(a).mul(value).sum([-1]).mul(0.5);
  };
  const set = (label: number) => ({
    inputs: torch.zeros([2, 1, 1], { dtype: 'float64' }),
    labels: torch.tensor([[label], [label]], { dtype: 'int64' }),
  });
  const episodes: Episodes = { ways: 1, support: set(0), query: set(1) };

  const gradientWith = (innerSteps: number, firstOrder: boolean): number[] => {
    const learner = maml({ model: theta, innerLearningRate: ALPHA, innerSteps, firstOrder, loss });
    const params = parametersOf(learner, 1);
    return metaGradient(learner, params, episodes).gradients.model.theta.tolist() as number[];
  };
  const jacobian = torch.eye(3, { dtype: 'float64' }).sub(a, { alpha: ALPHA });

  test.each([0, 1, 2, 5])('%i steps: the Jacobian is (I − αA)^k', (steps) => {
    const exact = jacobian.matrixPower(steps).matmul(g).tolist() as number[];
    for (const [i, value] of gradientWith(steps, false).entries()) {
      expect(value).toBeCloseTo(exact[i] ?? Number.NaN, 14);
    }
  });

  test.each([1, 2, 5])('%i steps, first order: the Jacobian is the identity', (steps) => {
    expect(gradientWith(steps, true)).toEqual(g.tolist());
  });

  test('adaptation itself is θ ← (I − αA)^k θ', () => {
    const learner = maml({ model: theta, innerLearningRate: ALPHA, innerSteps: 3, loss });
    const params = parametersOf(learner, 2);
    const adapted = learner.adapt(params, episodes.support, 1).model.theta;
    const exact = jacobian.matrixPower(3).matmul(params.model.theta);
    expect(Number(adapted.sub(exact).abs().max().item())).toBeLessThan(1e-14);
  });
});

describe('the meta-gradient in float64', () => {
  const episodes = randomEpisodes(torch.generator(3));
  const model = smoothModel(4, 3);

  test.each([1, 3])('agrees with central differences after %i steps', (innerSteps) => {
    const learner = maml({ model, innerLearningRate: ALPHA, innerSteps });
    const params = parametersOf(learner, 4);
    const { gradients } = metaGradient(learner, params, episodes);
    const value = (): number =>
      torch.scope(() => {
        const { logits, labels } = queryLogits(learner, params, episodes);
        return Number(taskCrossEntropy(logits, labels).mean().item());
      });
    const flat = flattenTree(gradients);
    let scale = 0;
    for (const gradient of Object.values(flat)) {
      scale = Math.max(scale, Number(gradient.abs().max().item()));
    }
    for (const [path, tensor] of Object.entries(flattenTree(params))) {
      for (let i = 0; i < tensor.numel(); i++) {
        const numeric = centralDifference(value, tensor, i, 1e-5);
        const exact = Number(flat[path]?.view([-1]).select(0, i).item());
        expect(Math.abs(exact - numeric) / scale).toBeLessThan(1e-6);
      }
    }
  });

  test('reaches the encoder through the inner loop and past it', () => {
    const encoder = linear({ inFeatures: 4, outFeatures: 4 });
    const learner = maml({ model, encoder, innerLearningRate: ALPHA, innerSteps: 2 });
    const params = parametersOf(learner, 5);
    const { gradients } = metaGradient(learner, params, episodes);
    const value = (): number =>
      torch.scope(() => {
        const { logits, labels } = queryLogits(learner, params, episodes);
        return Number(taskCrossEntropy(logits, labels).mean().item());
      });
    const { weight } = params.encoder;
    const scale = Number(gradients.encoder.weight.abs().max().item());
    for (let i = 0; i < weight.numel(); i++) {
      const exact = Number(gradients.encoder.weight.view([-1]).select(0, i).item());
      const numeric = centralDifference(value, weight, i, 1e-5);
      expect(Math.abs(exact - numeric) / scale).toBeLessThan(1e-6);
    }
  });
});

describe('adaptation', () => {
  const model = mlp({ sizes: [4, 6, 3] });
  const learner = maml({ model, innerLearningRate: ALPHA, innerSteps: 3 });
  const episodes = randomEpisodes(torch.generator(6));
  const params = parametersOf(learner, 7);

  describeContract({ learner, params, episodes });

  test('differentiable or not, gives the same weights', () => {
    const plain = learner.adapt(params, episodes.support, 3);
    const recorded = learner.adapt(params, episodes.support, 3, { differentiable: true });
    const [a, b] = [flattenTree(plain.model), flattenTree(recorded.model)];
    for (const [path, tensor] of Object.entries(a)) {
      expect(tensor.requiresGrad).toBe(false);
      expect(b[path]?.requiresGrad).toBe(true);
      expect(
        Number(
          tensor
            .sub(b[path] ?? tensor)
            .abs()
            .max()
            .item(),
        ),
      ).toBe(0);
    }
  });

  test('first order builds no second-order graph and differs from second order', () => {
    const first = maml({ model, innerLearningRate: ALPHA, innerSteps: 3, firstOrder: true });
    const exact = metaGradient(learner, params, episodes).gradients.model[0]?.weight;
    const approximate = metaGradient(first, params, episodes).gradients.model[0]?.weight;
    if (!exact || !approximate) throw new Error('no gradient');
    expect(Number(exact.sub(approximate).abs().max().item())).toBeGreaterThan(1e-3);
    // θ′ = θ − constants, so Σ θ′ over T tasks has the gradient T, and no other layer's has one.
    const leaves = trainable(params);
    const adapted = first.adapt(leaves, episodes.support, 3, { differentiable: true });
    const moved = adapted.model[0]?.weight as Tensor;
    const [own, other] = [0, 1].map((layer) => leaves.model[layer]?.weight as Tensor);
    const gradients = torch.gradOrNull(moved.sum(), [own as Tensor, other as Tensor]);
    expect(new Set(numbers(gradients[0] as Tensor))).toEqual(new Set([moved.size(0)]));
    expect(gradients[1]).toBeNull();
  });
});

test('weights that the query loss alone uses stay, and keep their gradient', () => {
  // θ adapts to ½ θᵀAθ; the query loss is gᵀθ + gᵀβ.
  const model: Layer<{ theta: Tensor; beta: Tensor }> = {
    init: (generator) => ({
      theta: torch.randn([3], { generator }),
      beta: torch.randn([3], { generator }),
    }),
    // Support inputs are zeros: nothing of β is in their outputs.
    apply: ({ theta, beta }, x) => (x.any().item() === true ? theta.add(beta) : theta).unsqueeze(1),
    tasks: true,
  };
  const { loss } = quadratic;
  const { support, query } = quadraticEpisodes;
  const ones = { inputs: query.inputs.onesLike(), labels: query.labels };
  const jacobian = torch.eye(3, { dtype: 'float64' }).sub(quadratic.a, { alpha: ALPHA });
  const exact = jacobian.matrixPower(2).matmul(quadratic.g);
  for (const learner of [
    maml({ model, loss, innerLearningRate: ALPHA, innerSteps: 2 }),
    fineTuning({ model, loss, optimizer: sgd({ learningRate: ALPHA }), innerSteps: 2 }),
  ]) {
    const params = parametersOf(learner, 1);
    const { gradients } = metaGradient(learner, params, { ways: 1, support, query: ones });
    expect(distance(gradients.model.theta, exact)).toBeLessThan(1e-14);
    expect(distance(gradients.model.beta, quadratic.g)).toBeLessThan(1e-14);
  }
});

test.each([true, false])('memory does not grow with the steps, recorded layers: %s', (lowRank) => {
  const { support } = randomEpisodes(torch.generator(3), { tasks: 8, shots: 40, size: 64 });
  const model = mlp({ sizes: [64, 64, 3] });
  const peak = (innerSteps: number): number => {
    const learner = maml({ model, innerLearningRate: 0.1, innerSteps, lowRank });
    const params = parametersOf(learner, 1);
    torch.resetPeakMemoryStats();
    const before = torch.memoryStats().allocatedBytes;
    torch.scope(() => learner.adapt(params, support, 3));
    return torch.memoryStats().peakBytes - before;
  };
  expect(peak(30)).toBeLessThan(1.1 * peak(4));
});

test('refuses steps and rates out of range', () => {
  const model = mlp({ sizes: [4, 3] });
  expect(() => maml({ model, innerLearningRate: 0.1, innerSteps: -1 })).toThrow(RangeError);
  expect(() => maml({ model, innerLearningRate: Number.NaN })).toThrow(RangeError);
});
