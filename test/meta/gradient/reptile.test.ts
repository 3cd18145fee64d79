import { fineTuning, metaGradient, reptile, taskCrossEntropy } from '../../../lib/meta/index';
import { minibatches, selectRows } from '../../../lib/meta/minibatches';
import { linear } from '../../../lib/nn/index';
import { adam, sgd } from '../../../lib/optim/index';
import { leaves, mapTree, type Tensor, torch } from '../../../lib/torch/index';
import { describeContract, distance, oneTask, padded, treeDistance } from '../support/contract';
import { quadratic, quadraticEpisodes } from '../support/quadratic';
import { parametersOf, randomEpisodes, smoothModel } from '../support/support';

const ALPHA = 0.3;
const episodes = randomEpisodes(torch.generator(3));
const model = smoothModel(4, 3);
const encoder = linear({ inFeatures: 4, outFeatures: 4 });
const optimizer = adam({ learningRate: 0.1, betas: [0, 0.999], eps: 1e-3 });
const learner = reptile({ model, encoder, optimizer, innerSteps: 3 });
const params = parametersOf(learner, 4);

describeContract({ learner, params, episodes });

describe('on a quadratic loss', () => {
  const options = {
    model: quadratic.model,
    loss: quadratic.loss,
    optimizer: sgd({ learningRate: ALPHA }),
    innerSteps: 4,
    trainOn: 'support',
  } as const;
  const at = parametersOf(reptile(options), 5);
  const { theta } = at.model;
  const jacobian = torch.eye(3, { dtype: 'float64' }).sub(quadratic.a, { alpha: ALPHA });
  const displacement = theta.sub(jacobian.matrixPower(4).matmul(theta));

  test('the meta-gradient is θ − (I − αA)^k θ, for two tasks the same', () => {
    const { gradients, accuracy } = metaGradient(reptile(options), at, quadraticEpisodes);
    expect(distance(gradients.model.theta, displacement)).toBeLessThan(1e-14);
    expect(accuracy).toBeNaN();
  });

  test('the sum over the tasks is T times the mean', () => {
    const summed = reptile({ ...options, reduce: 'sum' });
    const { gradients } = metaGradient(summed, at, quadraticEpisodes);
    expect(distance(gradients.model.theta, displacement.mul(2))).toBeLessThan(1e-14);
  });

  test('a step of SGD of rate 1 lands on the adapted weights', () => {
    const { gradients } = metaGradient(reptile(options), at, quadraticEpisodes);
    const next = torch.noGrad(() => theta.sub(gradients.model.theta));
    const adapted = reptile(options).adapt(at, quadraticEpisodes.support, 1).model.theta;
    expect(distance(next, adapted.select(0, 0))).toBeLessThan(1e-14);
  });
});

test('the meta-gradient is the mean of those of single tasks', () => {
  const each = [0, 1, 2].map((t) => metaGradient(learner, params, oneTask(episodes, t)).gradients);
  const [a, b, c] = each;
  if (!a || !b || !c) throw new Error('no gradients');
  const mean = mapTree(([x, y, z]) => x.add(y).add(z).div(3), a, b, c);
  expect(treeDistance(metaGradient(learner, params, episodes).gradients, mean)).toBeLessThan(1e-12);
});

test('trains on all examples unless told otherwise; filling rows count for nothing', () => {
  const pooled = {
    ways: 3,
    support: {
      inputs: torch.cat([episodes.support.inputs, episodes.query.inputs], 1),
      labels: torch.cat([episodes.support.labels, episodes.query.labels], 1),
    },
    query: episodes.query,
  };
  const onSupport = reptile({ model, encoder, optimizer, innerSteps: 3, trainOn: 'support' });
  const expected = metaGradient(onSupport, params, pooled);
  const { gradients, loss } = metaGradient(learner, params, episodes);
  expect(treeDistance(gradients, expected.gradients)).toBeLessThan(1e-12);
  expect(loss).toBeCloseTo(expected.loss, 12);
  const filled = metaGradient(learner, params, padded(episodes)).gradients;
  expect(treeDistance(filled, gradients)).toBeLessThan(1e-12);
});

test('the gradient of the encoder is the sum of those along the way', () => {
  const plain = reptile({
    model,
    encoder,
    optimizer: sgd({ learningRate: ALPHA }),
    innerSteps: 2,
    trainOn: 'support',
  });
  const { encoder: gradient } = metaGradient(plain, params, episodes).gradients;
  const sum = [0, 1].map((steps) => {
    const { model: at } = fineTuning({
      model,
      encoder,
      optimizer: sgd({ learningRate: ALPHA }),
      innerSteps: steps,
    }).adapt(params, episodes.support, 3);
    const x = encoder.apply(params.encoder, episodes.support.inputs);
    const loss = model
      .apply(at, x)
      .flatten(0, 1)
      .crossEntropyLoss(episodes.support.labels.flatten());
    return torch.grad(loss, params.encoder);
  });
  const [first, second] = sum;
  if (!first || !second) throw new Error('no gradients');
  const expected = mapTree(([a, b]) => a.add(b), first, second);
  expect(treeDistance(gradient, expected)).toBeLessThan(1e-12);
});

test('minibatches are drawn by the generator, and need one', () => {
  const drawn = reptile({ model, encoder, optimizer, innerSteps: 3, batchSize: 4 });
  const gradient = (seed: number) =>
    metaGradient(drawn, params, episodes, { generator: torch.generator(seed) }).gradients;
  expect(treeDistance(gradient(1), gradient(1))).toBe(0);
  expect(treeDistance(gradient(1), gradient(2))).toBeGreaterThan(1e-3);
  expect(() => metaGradient(drawn, params, episodes)).toThrow(TypeError);
  const whole = reptile({ model, encoder, optimizer, innerSteps: 3, batchSize: 12 });
  const expected = metaGradient(learner, params, episodes).gradients;
  expect(treeDistance(metaGradient(whole, params, episodes).gradients, expected)).toBe(0);
});

test('the rows drawn keep their labels, and the encoder learns from those drawn alone', () => {
  const drawn = reptile({
    model,
    encoder,
    optimizer: sgd({ learningRate: ALPHA }),
    innerSteps: 1,
    batchSize: 4,
    maxNorm: 1e3,
  });
  const { gradients } = metaGradient(drawn, params, episodes, { generator: torch.generator(7) });
  const x = torch.cat([episodes.support.inputs, episodes.query.inputs], 1);
  const labels = torch.cat([episodes.support.labels, episodes.query.labels], 1);
  const rows = minibatches(labels, 4, torch.generator(7))() as Tensor;
  const logits = model.apply(params.model, encoder.apply(params.encoder, selectRows(x, rows)));
  const loss = taskCrossEntropy(logits, selectRows(labels, rows)).mean();
  const exact = torch.grad(loss, { encoder: params.encoder, model: params.model });
  expect(treeDistance(gradients.encoder, exact.encoder)).toBeLessThan(1e-12);
  const step = mapTree(([g]) => g.mul(ALPHA), exact.model);
  expect(treeDistance(gradients.model, step)).toBeLessThan(1e-12);
});

test('clips the steps of a meta-step for each task', () => {
  const clipped = reptile({
    model,
    encoder,
    optimizer: sgd({ learningRate: 1 }),
    innerSteps: 1,
    maxNorm: 1e-3,
  });
  const { model: moved } = metaGradient(clipped, params, oneTask(episodes, 0)).gradients;
  const squares = leaves(moved).map((w) => Number(w.square().sum().item()));
  expect(Math.sqrt(squares.reduce((sum, value) => sum + value, 0))).toBeCloseTo(1e-3, 12);
});

test('every task goes on from the carried moments, whose mean is carried on', () => {
  const momentum = sgd({ learningRate: 0, momentum: 0.5 });
  const carry = momentum.init(params.model);
  const still = reptile({
    model,
    encoder,
    optimizer: momentum,
    innerSteps: 1,
    trainOn: 'support',
    carry,
  });
  const x = encoder.apply(params.encoder, episodes.support.inputs);
  const loss = taskCrossEntropy(model.apply(params.model, x), episodes.support.labels).mean();
  const g = torch.grad(loss, params.model);
  // v = g in the first step, then g/2 + g: weights stand still at a rate of 0.
  for (const factor of [1, 1.5, 1.75]) {
    metaGradient(still, params, episodes);
    const expected = mapTree(([own]) => own.mul(factor), g);
    expect(treeDistance(carry.velocity, expected)).toBeLessThan(1e-12);
  }
  expect(carry.step.item()).toBe(3);
});

test("the inner optimizer's state is carried on only if asked to", () => {
  const twice = (of: typeof learner) =>
    [1, 2].map(() => metaGradient(of, params, episodes).gradients.model.w);
  const [a, b] = twice(learner);
  expect(distance(a as never, b as never)).toBe(0);
  const carry = optimizer.init(params.model);
  const carrying = reptile({ model, encoder, optimizer, innerSteps: 3, carry });
  const [c, d] = twice(carrying);
  expect(distance(a as never, c as never)).toBe(0);
  expect(distance(c as never, d as never)).toBeGreaterThan(1e-4);
  expect(carry.step.item()).toBe(6);
  expect(carry.secondMoment).toMatchObject({ w: expect.anything(), v: expect.anything() });
});
