import { metaGradient } from '../../lib/meta';
import type { LinearParams } from '../../lib/nn';
import type { Optimizer } from '../../lib/optim';
import { disposeTree, leaves, mapTree, type Tensor, torch } from '../../lib/torch';
import {
  accuracyOf,
  type Evaluation,
  evaluate,
  type Logger,
  type StepReport,
  train,
} from '../../lib/train';
import { noisyLearner, noisyTasks } from './noisy-tasks';
import { learner, type Options, run, scripted, start, startWeights } from './noisy-training';

// What a test left to the garbage collector would be freed at some later moment, in the middle of a test
// that counts.
const atStart = torch.memory();
afterEach(() => expect(torch.memory()).toEqual(atStart));

function validate(params: LinearParams): Evaluation {
  return evaluate(
    learner,
    params,
    [1001, 1002, 1003, 1004].map((seed) => () => noisyTasks(seed)),
  );
}

test('learns: from chance to almost no mistakes', async () => {
  expect(accuracyOf(validate(start)).mean).toBeLessThan(0.45);
  const { params, steps } = await run({ steps: 150 });
  expect(steps).toBe(150);
  expect(accuracyOf(validate(params)).mean).toBeGreaterThan(0.85);
  disposeTree(params);
});

test('tasks may adapt a few at a time', async () => {
  const seen: number[] = [];
  const watched = {
    ...learner,
    adapt: (...[params, support, ...rest]: Parameters<typeof learner.adapt>) => {
      seen.push(support.labels.shape[0] ?? 0);
      return learner.adapt(params, support, ...rest);
    },
  };
  const [all, one] = [await run(), await run({ learner: watched, tasksAtOnce: 1 })];
  expect(new Set(seen)).toEqual(new Set([1]));
  const apart = torch.scope(() => all.params.weight.sub(one.params.weight).abs().max().item());
  expect(apart).toBeLessThan(1e-4);
  disposeTree([all.params, one.params]);
});

test('takes the steps that one would take by hand', async () => {
  const seen: unknown[] = [];
  const watched: typeof learner = {
    ...learner,
    adapt(params, support, ways, options) {
      seen.push({ step: options?.step, training: options?.training });
      return learner.adapt(params, support, ways, options);
    },
  };
  /** The rate of its step number t is 0.01·t, which it keeps in its state. */
  const optimizer: Optimizer<{ t: Tensor }> = {
    init: () => ({ t: torch.zeros([]) }),
    update(gradients, { t }, params) {
      const next = t.add(1);
      const moved = mapTree(([p, g]) => p.sub(g.mul(next).mul(0.01)), params, gradients);
      seen.push({ graph: leaves(moved).some(({ requiresGrad }) => requiresGrad) });
      return { params: moved, state: { t: next } };
    },
  };
  const reports: StepReport[] = [];
  const { params } = await train({
    learner: watched,
    params: start,
    optimizer,
    episodes: noisyTasks,
    steps: 2,
    logger: { step: (report) => reports.push(report) },
  });

  torch.scope(() => {
    let weight = start.weight.clone().requiresGrad_();
    for (const step of [0, 1]) {
      const own = metaGradient(learner, { weight }, noisyTasks(step));
      const { loss, accuracy } = own;
      expect(reports[step]).toEqual({ step: step + 1, steps: 2, episodes: 8, loss, accuracy });
      const rate = torch.tensor(step + 1);
      weight = weight.detach().sub(own.gradients.weight.mul(rate).mul(0.01)).requiresGrad_();
    }
    expect(params.weight.data()).toEqual(weight.data());
  });
  disposeTree(params);
  expect(seen).toEqual([0, 1].flatMap((step) => [{ step, training: true }, { graph: false }]));
});

test('leaves the start as it is, and shares no memory with it', async () => {
  const { params } = await run();
  expect(start.weight.data()).toEqual(startWeights);
  expect(start.weight.requiresGrad).toBe(false);
  expect(params.weight.data()).not.toEqual(startWeights);
  expect(params.weight.requiresGrad).toBe(false);
  params.weight.fill_(0);
  expect(start.weight.data()).toEqual(startWeights);
  disposeTree(params);
});

test('a seed fixes every bit of the parameters, and another seed gives others', async () => {
  const weightsWith = async (seed: number) => {
    const { params } = await run({
      learner: noisyLearner(0.5),
      generator: torch.generator(seed),
      steps: 10,
    });
    const bits = Buffer.from(params.weight.data().buffer).toString('hex');
    disposeTree(params);
    return bits;
  };
  const first = await weightsWith(1);
  expect(await weightsWith(1)).toBe(first);
  expect(await weightsWith(2)).not.toBe(first);
});

describe('with a validation', () => {
  test.each([
    ['the best', [0.3, 0.9, 0.9, 0.5], 1],
    ['the first, if all are equal', [0.5, 0.5, 0.5, 0.5], 0],
    ['the last, if it is the best', [0.1, 0.2, 0.3, 0.4], 3],
    ['any rather than NaN', [Number.NaN, 0.2, Number.NaN, 0.1], 1],
  ])('returns %s', async (_, means, best) => {
    const seen: unknown[] = [];
    const judge = scripted(means, ({ weight }) => seen.push(weight.data()));
    const result = await run({ evaluate: judge, evaluateEvery: 1 });
    expect(result.params.weight.data()).toEqual(seen[best]);
    expect(result.params.weight.requiresGrad).toBe(false);
    expect(result.best?.accuracy?.mean).toBe(means[best]);
    expect(result.steps).toBe(4);
    disposeTree(result.params);
  });

  test.each<[string, Partial<Options>, number[]]>([
    ['every so many steps and after the last', { steps: 7, evaluateEvery: 3 }, [3, 6, 7]],
    ['once at the end of a whole number of those', { steps: 4, evaluateEvery: 2 }, [2, 4]],
    ['every 100 steps, unless told otherwise', { steps: 101 }, [100, 101]],
  ])('judges %s', async (_, options, expected) => {
    const steps: number[] = [];
    const evaluation = (step: number) => steps.push(step);
    const { params } = await run({ ...options, evaluate: scripted([]), logger: { evaluation } });
    expect(steps).toEqual(expected);
    disposeTree(params);
  });
});

test('tells the logger what happens, in order', async () => {
  const calls: unknown[][] = [];
  const logger: Logger = {
    start: (steps) => calls.push(['start', steps]),
    step: (report) => calls.push(['step', report]),
    evaluation: (step, evaluation) => calls.push(['evaluation', step, accuracyOf(evaluation).mean]),
    close: () => calls.push(['close']),
  };
  const { params } = await run({
    steps: 2,
    evaluate: scripted([0.5, 0.6]),
    evaluateEvery: 1,
    logger,
  });
  const report = (step: number): StepReport => ({
    step,
    steps: 2,
    episodes: 8,
    loss: expect.any(Number),
    accuracy: expect.any(Number),
  });
  expect(calls).toEqual([
    ['start', 2],
    ['step', report(1)],
    ['evaluation', 1, 0.5],
    ['step', report(2)],
    ['evaluation', 2, 0.6],
    ['close'],
  ]);
  disposeTree(params);
});

describe('a signal', () => {
  test('stops after the step in progress', async () => {
    const controller = new AbortController();
    const { params, steps } = await run({
      steps: 100,
      signal: controller.signal,
      logger: { step: ({ step }) => step === 3 && controller.abort() },
    });
    expect(steps).toBe(3);
    const three = await run({ steps: 3 });
    expect(params.weight.data()).toEqual(three.params.weight.data());
    disposeTree([params, three.params]);
  });

  test('may come from the event loop, which turns between steps', async () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    const { params, steps } = await run({ steps: 10_000, signal: controller.signal });
    expect(steps).toBeLessThan(10);
    disposeTree(params);
  });

  test('that is aborted already leaves the parameters at the start', async () => {
    const { params, steps } = await run({ signal: AbortSignal.abort() });
    expect(steps).toBe(0);
    expect(params.weight.data()).toEqual(startWeights);
    expect(params.weight).not.toBe(start.weight);
    disposeTree(params);
  });
});

test('200 steps hold as many tensors and bytes as one', async () => {
  const before = torch.memory();
  const held = new Set<string>();
  const { params } = await run({
    steps: 200,
    evaluate: validate,
    evaluateEvery: 20,
    logger: { step: ({ step }) => step > 20 && held.add(JSON.stringify(torch.memory())) },
  });
  expect(held.size).toBe(1);
  expect(torch.memory().tensors).toBe(before.tensors + 1);
  disposeTree(params);
  expect(torch.memory()).toEqual(before);
});
