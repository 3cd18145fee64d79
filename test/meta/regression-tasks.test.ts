import { maml, metaGradient, metaSgd, reptile, sineTasks, taskMse } from '../../lib/meta';
import { mlp, mse, trainable } from '../../lib/nn';
import { adam, sgd } from '../../lib/optim';
import { mapTree, torch } from '../../lib/torch';
import { distance, expectDerivative, queryLoss } from './support/contract';
import { parametersOf } from './support/support';

const model = mlp({ sizes: [1, 8, 1], activation: 'tanh' });
const episodes = sineTasks(torch.generator(1), {
  tasks: 3,
  shots: 5,
  queries: 7,
  dtype: 'float64',
});

test('tasks are sines of one amplitude and phase each', () => {
  const wide = sineTasks(torch.generator(2), {
    tasks: 500,
    shots: 4,
    queries: 2,
    dtype: 'float64',
  });
  const { inputs, labels } = wide.support;
  expect(labels.shape).toEqual([500, 4, 1]);
  expect(wide.query.inputs.shape).toEqual([500, 2, 1]);
  expect(Number(inputs.abs().max().item())).toBeLessThan(5);
  expect(Number(labels.abs().max().item())).toBeLessThan(5);
  // a·sin(x − φ) = p·sin x + q·cos x, which four points of one task must fit exactly.
  const basis = torch.cat([inputs.sin(), inputs.cos()], -1);
  const solution = torch.linalg.pinv(basis).bmm(labels);
  expect(distance(basis.bmm(solution), labels)).toBeLessThan(1e-9);
  const amplitude = solution.norm(2, [1]);
  expect(Number(amplitude.min().item())).toBeGreaterThan(0.09);
  expect(Number(amplitude.max().item())).toBeLessThan(5.01);
  const again = sineTasks(torch.generator(2), {
    tasks: 500,
    shots: 4,
    queries: 2,
    dtype: 'float64',
  });
  expect(distance(again.query.labels, wide.query.labels)).toBe(0);
});

test('amplitude, phase and points are within the bounds, those of the paper by default', () => {
  const { support, query } = sineTasks(torch.generator(1));
  expect([support.inputs.shape, query.labels.shape]).toEqual([
    [25, 10, 1],
    [25, 10, 1],
  ]);
  expect(Number(support.inputs.min().item())).toBeLessThan(-4);
  // One amplitude, one phase, one point: y = 2·sin(3 − 1).
  const fixed = { amplitudes: [2, 2], phases: [1, 1], inputs: [3, 3] } as const;
  const { labels } = sineTasks(torch.generator(1), { ...fixed, dtype: 'float64' }).support;
  expect(distance(labels, labels.fullLike(2 * Math.sin(2)))).toBeLessThan(1e-14);
  // sin φ ≥ 0 up to π: at x = 0 no label is above 0.
  const origin = sineTasks(torch.generator(1), { inputs: [0, 0] }).support.labels;
  expect(Number(origin.max().item())).toBeLessThanOrEqual(0);
});

test('the loss is the mean squared error of each task; NaN only fills up', () => {
  const { labels } = episodes.support;
  const predictions = labels.cos();
  expect(
    distance(taskMse(predictions, labels), mse(predictions, labels, { perTask: true })),
  ).toBeLessThan(1e-15);
  const filler = torch.full([3, 2, 1], Number.NaN, { dtype: 'float64' });
  const filled = taskMse(
    torch.cat([predictions, filler.zerosLike().add(7)], 1),
    torch.cat([labels, filler], 1),
  );
  expect(distance(filled, taskMse(predictions, labels))).toBeLessThan(1e-15);
  expect(taskMse(filler.zerosLike(), filler).tolist()).toEqual([0, 0, 0]);
});

test('refuses targets of another shape, which would be broadcast', () => {
  const predictions = torch.zeros([1, 5, 1]);
  expect(() => taskMse(predictions, torch.zeros([1, 5]))).toThrow(
    'Expected [1, 5, 1] for the targets of taskMse but received [1, 5]',
  );
  expect(taskMse(predictions, torch.ones([1, 5, 1])).tolist()).toEqual([1]);
});

test.each([
  ['MAML', maml({ model, loss: taskMse, innerLearningRate: 0.05, innerSteps: 2 })],
  ['Meta-SGD', metaSgd({ model, loss: taskMse })],
])('the meta-gradient of %s agrees with central differences', (_, learner) => {
  expectDerivative(learner, parametersOf(learner, 3), episodes);
  expect(metaGradient(learner, parametersOf(learner, 3), episodes).accuracy).toBeNaN();
});

test('Reptile draws minibatches of regression tasks', () => {
  const learner = reptile({
    model,
    loss: taskMse,
    optimizer: sgd({ learningRate: 0.02 }),
    batchSize: 4,
  });
  const params = parametersOf(learner, 4);
  const { loss } = metaGradient(learner, params, episodes, { generator: torch.generator(5) });
  expect(loss).toBeGreaterThan(0);
});

test('MAML learns to fit a sine from ten points', () => {
  const learner = maml({
    model: mlp({ sizes: [1, 40, 40, 1] }),
    loss: taskMse,
    innerLearningRate: 0.01,
    innerSteps: 1,
  });
  const generator = torch.generator(6);
  const test = sineTasks(torch.generator(7), { tasks: 100 });
  const optimizer = adam({ learningRate: 0.003 });
  let params = trainable(learner.init(generator));
  let state = optimizer.init(params);
  const before = queryLoss(learner, params, test);
  for (let step = 0; step < 400; step++) {
    ({ params, state } = torch.scope(() => {
      const { gradients } = metaGradient(learner, params, sineTasks(generator));
      const next = torch.noGrad(() => optimizer.update(gradients, state, params));
      return { params: trainable(next.params), state: next.state };
    }));
  }
  const after = queryLoss(learner, params, test);
  const unadapted = queryLoss(
    maml({
      model: mlp({ sizes: [1, 40, 40, 1] }),
      loss: taskMse,
      innerLearningRate: 0,
      innerSteps: 0,
    }),
    params,
    test,
  );
  expect(after).toBeLessThan(before / 2);
  expect(after).toBeLessThan(unadapted / 2);
  expect(mapTree(([w]) => w.isfinite().all(), params.model).length).toBe(3);
});
