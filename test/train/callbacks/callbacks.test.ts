import { adam, reduceOnPlateau } from '../../../lib/optim';
import { disposeTree, torch } from '../../../lib/torch';
import { type Callback, type Logger, train } from '../../../lib/train';
import { noisyTasks } from '../noisy-tasks';
import { learner, type Options, run, scripted, start } from '../noisy-training';

const atStart = torch.memory();
afterEach(() => expect(torch.memory()).toEqual(atStart));

async function ended(options: Partial<Options>) {
  const { params, steps, stopped, best } = await run({ steps: 20, evaluateEvery: 1, ...options });
  disposeTree(params);
  return { steps, stopped, best: best?.accuracy?.mean };
}

describe('early stopping', () => {
  test.each<[string, number[], object, number]>([
    [
      'after so many evaluations that are not better',
      [0.5, 0.6, 0.6, 0.55, 0.9],
      { patience: 2 },
      4,
    ],
    ['counts from the last better one', [0.5, 0.4, 0.6, 0.5, 0.5, 0.5], { patience: 3 }, 6],
    ['counts too small a gain as none', [0.5, 0.55, 0.58, 0.9], { patience: 2, minDelta: 0.1 }, 3],
    ['counts numbers that are none', [Number.NaN, Number.NaN, 0.9], { patience: 2 }, 2],
  ])('%s', async (_, means, earlyStopping, steps) => {
    const found = await ended({ evaluate: scripted(means), earlyStopping: earlyStopping as never });
    expect(found.steps).toBe(steps);
    const { patience }: { patience?: number } = earlyStopping;
    expect(found.stopped).toBe(`no better evaluation in ${patience}`);
  });

  test('returns the best parameters', async () => {
    const evaluate = scripted([0.5, 0.8, 0.6, 0.6]);
    expect(await ended({ evaluate, earlyStopping: { patience: 2 } })).toMatchObject({ best: 0.8 });
  });

  test('refuses to watch nothing, and options that are none', async () => {
    await expect(run({ earlyStopping: { patience: 1 } })).rejects.toThrow(
      'Expected evaluate for train with earlyStopping but received none',
    );
    const evaluate = scripted([]);
    await expect(run({ evaluate, earlyStopping: { patience: 0 } })).rejects.toThrow(
      'Expected a positive integer for earlyStopping.patience of train but received number 0',
    );
    await expect(run({ evaluate, earlyStopping: { patient: 1 } as never })).rejects.toThrow(
      'but received patient',
    );
  });
});

describe('a plateau', () => {
  const ratesWith = async (mode: 'min' | 'max', means: readonly number[]) => {
    const plateau = reduceOnPlateau({ rate: 1, factor: 0.5, patience: 0, mode });
    const rates: number[] = [];
    const { params } = await run({
      optimizer: adam({ learningRate: plateau }),
      plateau,
      steps: means.length,
      evaluateEvery: 1,
      evaluate: scripted(means),
      callbacks: [{ name: 'rates', evaluation: () => rates.push(plateau(0)) }],
    });
    disposeTree(params);
    return rates;
  };

  test('of an accuracy observes evaluations before other callbacks do', async () => {
    expect(await ratesWith('max', [0.5, 0.5, 0.6, 0.6])).toEqual([1, 0.5, 0.5, 0.25]);
  });

  test('of a loss observes the loss', async () => {
    expect(await ratesWith('min', [0.5, 0.6, 0.7, 0.8])).toEqual([1, 0.5, 0.25, 0.125]);
  });

  test('of an accuracy is refused where there is only a loss', async () => {
    const evaluate = () => ({ loss: { mean: 1, halfWidth: 0, count: 2 } });
    const plateau = reduceOnPlateau({ rate: 1, mode: 'max' });
    await expect(run({ plateau, evaluate })).rejects.toThrow('labels are classes');
  });
});

describe('callbacks and loggers', () => {
  test('are told in order: features, callbacks, loggers', async () => {
    const calls: string[] = [];
    const named = (name: string): Callback & Logger => ({
      name,
      start: () => calls.push(`${name} start`),
      step: () => calls.push(`${name} step`),
      evaluation: () => calls.push(`${name} evaluation`),
      close: () => calls.push(`${name} close`),
    });
    const { params } = await run({
      steps: 1,
      evaluate: scripted([0.5]),
      callbacks: [named('a'), named('b')],
      logger: [named('c'), named('d')],
    });
    disposeTree(params);
    const of = (what: string) => ['a', 'b', 'c', 'd'].map((name) => `${name} ${what}`);
    expect(calls).toEqual(['start', 'step', 'evaluation', 'close'].flatMap(of));
  });

  test('see the run, and may end it', async () => {
    const seen: unknown[] = [];
    const callback: Callback = {
      name: 'own',
      step: ({ step }, view) => {
        seen.push([view.step, view.params !== start]);
        if (step === 3) view.stop('enough');
      },
    };
    expect(await ended({ callbacks: [callback] })).toMatchObject({ steps: 3, stopped: 'enough' });
    expect(seen).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ]);
  });

  test('are all closed, though one of them throws', async () => {
    const close = jest.fn();
    const fail = () => {
      throw new Error('mine');
    };
    const logger = [{ close: fail }, { close }];
    await expect(run({ logger, steps: 1 })).rejects.toThrow('mine');
    expect(close).toHaveBeenCalledTimes(1);
  });

  test('of one name, of a name of train, or without, are refused', async () => {
    const twice = [{ name: 'a' }, { name: 'a' }];
    await expect(run({ callbacks: twice })).rejects.toThrow(
      "Expected another name for each callback for callbacks of train but received string 'a'",
    );
    await expect(run({ callbacks: [{ name: 'plateau' }] })).rejects.toThrow('another name');
    await expect(run({ callbacks: [{}] as never })).rejects.toThrow(
      'Expected a string for callbacks[0].name of train but received undefined',
    );
  });
});

test('the reason of a signal is told, and the history ends there', async () => {
  const controller = new AbortController();
  const result = await train({
    learner,
    params: start,
    optimizer: adam({ learningRate: 0.02 }),
    episodes: noisyTasks,
    steps: 9,
    signal: controller.signal,
    logger: { step: ({ step }) => step === 2 && controller.abort('SIGTERM') },
  });
  disposeTree(result.params);
  expect([result.steps, result.stopped, result.history.loss.length]).toEqual([2, 'SIGTERM', 2]);
});
