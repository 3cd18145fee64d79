import {
  IGNORED,
  type Learner,
  maml,
  metaGradient,
  prototypical,
  queryLogits,
  reptile,
  taskCrossEntropy,
} from '../../lib/meta';
import { splitEpisodes } from '../../lib/meta/split-episodes';
import { dropout, linear, mlp, sequential } from '../../lib/nn';
import { sgd } from '../../lib/optim';
import { type Tensor, type Tree, torch } from '../../lib/torch';
import { treeDistance } from './support/contract';
import { parametersOf, randomEpisodes } from './support/support';

const episodes = randomEpisodes(torch.generator(1), { tasks: 5 });
const model = mlp({ sizes: [4, 6, 3] });
const second = maml({ model, innerLearningRate: 0.1, innerSteps: 2 });

test.each([1, 2, 3, 4, 5, 9])('%i tasks at once give the gradient of all', (tasksAtOnce) => {
  for (const learner of [second, prototypical({ encoder: model })] as Learner<Tree>[]) {
    const params = parametersOf(learner, 2);
    const all = metaGradient(learner, params, episodes);
    const parts = metaGradient(learner, params, episodes, { tasksAtOnce });
    expect(treeDistance(parts.gradients, all.gradients)).toBeLessThan(1e-14);
    expect(parts.loss).toBeCloseTo(all.loss, 12);
    expect(parts.accuracy).toBeCloseTo(all.accuracy, 6);
  }
});

test('parts of the tasks are adapted to with the same options', () => {
  const drops = sequential(dropout({ p: 0.5 }), linear({ inFeatures: 4, outFeatures: 3 }));
  const learner = maml({ model: drops, innerLearningRate: 0.1, innerSteps: 1 });
  const params = parametersOf(learner, 2);
  const still = { training: false };
  const all = metaGradient(learner, params, episodes, still).gradients;
  const parts = metaGradient(learner, params, episodes, { ...still, tasksAtOnce: 2 }).gradients;
  expect(treeDistance(parts, all)).toBeLessThan(1e-14);
  expect(() => metaGradient(learner, params, episodes, { tasksAtOnce: 2 })).toThrow(
    'Expected a generator',
  );
});

test('a meta-gradient is differentiable whatever the options say', () => {
  const params = parametersOf(second, 2);
  const all = metaGradient(second, params, episodes).gradients;
  const told = metaGradient(second, params, episodes, { differentiable: false }).gradients;
  expect(treeDistance(told, all)).toBe(0);
});

test('accuracy is told for a loss of its own if the learner classifies', () => {
  const params = parametersOf(second, 2);
  const { accuracy } = metaGradient(second, params, episodes);
  const own = { ...second, loss: taskCrossEntropy };
  expect(metaGradient(own, params, episodes).accuracy).toBeNaN();
  expect(metaGradient({ ...own, classifies: true }, params, episodes).accuracy).toBe(accuracy);
});

test('logits that no parameter had a part in are refused, since nothing would be learned', () => {
  const params = parametersOf(second, 2);
  const fixed = { ...second, predict: () => torch.zeros([5, 6, 3]) };
  expect(() => metaGradient(fixed, params, episodes)).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }),
  );
});

test('needs less memory, and leaves nothing but the gradient', () => {
  const params = parametersOf(second, 2);
  const big = randomEpisodes(torch.generator(3), { tasks: 16, shots: 40, queries: 40 });
  const peak = (tasksAtOnce: number): number => {
    torch.resetPeakMemoryStats();
    const before = torch.memoryStats().allocatedBytes;
    const live = torch.memory().tensors;
    const { gradients } = metaGradient(second, params, big, { tasksAtOnce });
    expect(torch.memory().tensors - live).toBe(4);
    expect(gradients.model).toHaveLength(2);
    return torch.memoryStats().peakBytes - before;
  };
  expect(peak(2)).toBeLessThan(peak(16) / 4);
});

test('a learner with a rule of its own gets all tasks', () => {
  const own = reptile({ model, optimizer: sgd({ learningRate: 0.1 }), innerSteps: 2 });
  const params = parametersOf(own, 2);
  const all = metaGradient(own, params, episodes);
  const parts = metaGradient(own, params, episodes, { tasksAtOnce: 2 });
  expect(treeDistance(parts.gradients, all.gradients)).toBe(0);
});

test('splits inputs that are trees, labels that fill up, and what is known of the classes', () => {
  const mask = torch.arange(5).unsqueeze(1);
  const labels = torch.full([5, 3], BigInt(IGNORED));
  const examples = { inputs: { x: torch.randn([5, 3, 2]), mask }, labels };
  const classes = torch.arange(10).view([5, 2]);
  const parts = splitEpisodes({ ways: 2, support: examples, query: examples, classes }, 2);
  expect(parts.map(({ classes: own }) => (own as Tensor).tolist())).toEqual([
    [
      [0n, 1n],
      [2n, 3n],
    ],
    [
      [4n, 5n],
      [6n, 7n],
    ],
    [[8n, 9n]],
  ]);
  expect(parts.map(({ support }) => support.inputs.mask.tolist())).toEqual([
    [[0n], [1n]],
    [[2n], [3n]],
    [[4n]],
  ]);
  expect(parts[2]?.query.labels.shape).toEqual([1, 3]);
});

test.each([0, -1, 1.5, Number.NaN])('refuses %p tasks at once', (tasksAtOnce) => {
  expect(() => metaGradient(second, parametersOf(second, 2), episodes, { tasksAtOnce })).toThrow(
    'Expected a positive integer for tasksAtOnce',
  );
});

describe('refuses episodes', () => {
  const params = parametersOf(second, 2);
  const { support, query } = episodes;
  const of = (set: typeof support, tasks: number) => ({
    inputs: set.inputs.narrow(0, 0, tasks),
    labels: set.labels.narrow(0, 0, tasks),
  });
  const flat = { inputs: support.inputs.select(0, 0), labels: support.labels.select(0, 0) };

  test.each<[string, object, string]>([
    [
      'without tasks',
      { support: of(support, 0), query: of(query, 0) },
      '[T, n] of at least one task',
    ],
    [
      'without a task axis',
      { support: flat },
      '[T, n] of at least one task for the support labels',
    ],
    ['of different tasks', { query: of(query, 2) }, 'as many as the 5 of the support sets'],
    ['without a support set', { support: undefined }, 'a tensor for the support labels'],
    ['of arrays', { query: { inputs: [], labels: [[0]] } }, 'a tensor for the query labels'],
  ])('%s', (_, part, message) => {
    const wrong = { ...episodes, ...part };
    for (const call of [metaGradient, queryLogits]) {
      expect(() => call(second, params, wrong)).toThrow(`Expected ${message}`);
    }
  });
});
