import { join } from 'node:path';
import { disposeTree, mapTree, type Tensor, torch } from '../../../lib/torch';
import { type Callback, train } from '../../../lib/train';
import { temporaryFolder } from '../../helpers/folders';
import { noisyTasks } from '../noisy-tasks';
import { cutAt, hashAfter, type Options, options, start } from './run-state';

const folder = temporaryFolder();
const atStart = torch.memory();
afterEach(() => expect(torch.memory()).toEqual(atStart));

describe('a run that was cut and resumed ends with the bits of one that was not', () => {
  test.each<[string, () => Partial<Options>]>([
    ['with dropout', () => ({})],
    ['with tasks that adapt a few at a time', () => ({ tasksAtOnce: 3 })],
    ['with two batches a step, clipped', () => ({ accumulate: 2, clipNorm: 0.5 })],
    ['in bfloat16', () => ({ precision: 'bfloat16' })],
  ])('%s', async (_, change) => {
    const whole = await hashAfter(join(folder(), 'whole'), change());
    for (const cut of [1, 4, 7, 11]) {
      const own = join(folder(), `${cut}`);
      const { steps, stopped } = await cutAt(cut, own, change());
      expect([steps, stopped]).toEqual([cut, 'cut']);
      expect([cut, await hashAfter(own, { ...change(), resume: true })]).toEqual([cut, whole]);
    }
  });

  test('cut at every step', async () => {
    const whole = await hashAfter(join(folder(), 'whole'));
    const own = join(folder(), 'own');
    for (let cut = 1; cut < 12; cut++) await cutAt(cut, own, { resume: 'auto' });
    expect(await hashAfter(own, { resume: true })).toBe(whole);
  });

  test('with parameters in another layout than their elements have in a file', async () => {
    const { weight } = start;
    const params = { weight: torch.scope(() => weight.t().contiguous().t()) };
    const whole = await hashAfter(join(folder(), 'whole'), { params });
    const own = join(folder(), 'own');
    await cutAt(5, own, { params });
    expect(await hashAfter(own, { params, resume: true })).toBe(whole);
    disposeTree(params);
  });

  test('with generators of its own, and the default one', async () => {
    const change = (): Partial<Options> => {
      const own = torch.generator(3);
      torch.manualSeed(5);
      const noisy = (step: number) =>
        torch.scope(() => {
          const made = noisyTasks(step);
          const add = (x: Tensor) =>
            x.add(torch.randn(x.shape, { generator: own })).add(torch.randn(x.shape));
          const { inputs, labels } = made.support;
          return { ...made, support: { inputs: add(inputs), labels } };
        });
      return { episodes: noisy, checkpoints: { folder: folder(), generators: { own }, every: 1 } };
    };
    const inFolder = (name: string, own: Partial<Options>): Partial<Options> => ({
      ...own,
      checkpoints: { ...own.checkpoints, folder: join(folder(), name) },
    });
    const whole = await hashAfter(join(folder(), 'whole'), inFolder('whole', change()));
    await cutAt(5, '', inFolder('own', change()));
    torch.manualSeed(99);
    const resumed = inFolder('own', { ...change(), resume: true });
    expect(await hashAfter(join(folder(), 'own'), resumed)).toBe(whole);
  });
});

test('the result has the history of the whole run, and its best parameters', async () => {
  const whole = await train(options({ folder: join(folder(), 'whole') }));
  const own = join(folder(), 'own');
  await cutAt(7, own);
  const resumed = await train(options({ folder: own }, { resume: true }));
  expect({ ...resumed.history }).toEqual({ ...whole.history });
  expect(resumed.history.loss).toHaveLength(12);
  expect(resumed.history.evaluations.map(({ step }) => step)).toEqual([2, 4, 6, 8, 10, 12]);
  expect(resumed.best).toEqual(whole.best);
  expect(resumed.params.weight.data()).toEqual(whole.params.weight.data());
  expect(resumed).not.toHaveProperty('stopped');
  disposeTree([whole.params, resumed.params]);
});

test('a best from before the cut is returned', async () => {
  const means = [0.9, 0.1, 0.2, 0.3, 0.4, 0.5];
  const judge = (from: number) => {
    let at = from;
    return () => {
      const accuracy = { mean: means[at++] ?? 0, halfWidth: 0, count: 2 };
      return { loss: { mean: 1, halfWidth: 0, count: 2 }, accuracy };
    };
  };
  let kept: unknown;
  const evaluate: Options['evaluate'] = ({ weight }) => {
    kept ??= weight.data();
    return judge(0)();
  };
  await cutAt(3, folder(), { evaluate });
  const resumed = await train(options({ folder: folder() }, { resume: true, evaluate: judge(1) }));
  expect(resumed.best?.accuracy?.mean).toBe(0.9);
  expect(resumed.params.weight.data()).toEqual(kept);
  expect(resumed.params.weight.requiresGrad).toBe(false);
  disposeTree(resumed.params);
});

test('a run that is done is not taken further, unless it has more steps', async () => {
  await hashAfter(folder(), { steps: 4 });
  const steps: number[] = [];
  const logger = { step: ({ step }: { step: number }) => steps.push(step) };
  const done = await train(options({ folder: folder() }, { steps: 4, resume: true, logger }));
  expect([done.steps, steps]).toEqual([4, []]);
  const more = await train(options({ folder: folder() }, { steps: 6, resume: true, logger }));
  expect([more.steps, steps]).toEqual([6, [5, 6]]);
  disposeTree([done.params, more.params]);
});

test('callbacks get their states back before they start, and see where the run is', async () => {
  const said: unknown[] = [];
  const counter = (): Callback => {
    let count = 0;
    return {
      name: 'counter',
      start: (steps, { step }) => said.push([steps, step, count]),
      step: () => count++,
      state: () => ({ count }),
      restore: (state) => {
        count = Number(Object(state).count);
      },
    };
  };
  await cutAt(5, folder(), { callbacks: [counter()] });
  await hashAfter(folder(), { callbacks: [counter()], resume: true });
  expect(said).toEqual([
    [12, 0, 0],
    [12, 5, 5],
  ]);
});

test('the start stays as it is', async () => {
  const before = start.weight.data();
  await cutAt(5, folder());
  await hashAfter(folder(), { resume: true });
  expect(start.weight.data()).toEqual(before);
  mapTree(([tensor]) => {
    expect(tensor.isDisposed).toBe(false);
    return tensor;
  }, start);
});
