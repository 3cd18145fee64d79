import { maml, type Prototypes } from '../../lib/meta';
import { joinEpisodes } from '../../lib/meta/join-episodes';
import { type LinearParams, mlp, trainable } from '../../lib/nn';
import { adam, globalNorm, type SgdState, sgd } from '../../lib/optim';
import type { Tensor } from '../../lib/torch';
import { disposeTree, leaves, torch } from '../../lib/torch';
import { accuracyOf, evaluate, type StepReport, type TrainOptions, train } from '../../lib/train';
import { stepGradient } from '../../lib/train/step-gradient';
import { noisyTasks } from './noisy-tasks';
import { learner, start } from './noisy-training';

type Options = TrainOptions<LinearParams, Prototypes<LinearParams>, Tensor, SgdState>;

const atStart = torch.memory();
afterEach(() => expect(torch.memory()).toEqual(atStart));

/** The parameters after a run by plain gradient descent, and what was reported. */
async function trained(options: Partial<Options>) {
  const reports: StepReport[] = [];
  const { params } = await train({
    learner,
    params: start,
    optimizer: sgd({ learningRate: 1e-4 }),
    episodes: noisyTasks,
    steps: 3,
    logger: { step: (report) => reports.push(report) },
    ...options,
  });
  const weight = Array.from(params.weight.data() as Float32Array);
  disposeTree(params);
  return { weight, reports };
}

function expectClose(found: readonly number[], expected: readonly number[], tolerance: number) {
  const apart = found.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN)));
  expect(Math.max(...apart)).toBeLessThan(tolerance);
}

describe('accumulation', () => {
  const joined = (step: number) => {
    const [all] = joinEpisodes([0, 1, 2].map((i) => noisyTasks(3 * step + i)));
    if (all === undefined) throw new Error('Expected a batch');
    return all;
  };

  test('of three batches is a step on all of their episodes', async () => {
    const numbers: number[] = [];
    const episodes = (batch: number) => {
      numbers.push(batch);
      return noisyTasks(batch);
    };
    const [parts, whole] = [
      await trained({ episodes, accumulate: 3 }),
      await trained({ episodes: joined }),
    ];
    expect(numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expectClose(parts.weight, whole.weight, 1e-5);
    for (const [i, { loss, accuracy = Number.NaN, episodes }] of parts.reports.entries()) {
      expect(loss).toBeCloseTo(whole.reports[i]?.loss ?? Number.NaN, 3);
      expect(accuracy).toBeCloseTo(whole.reports[i]?.accuracy ?? Number.NaN, 5);
      expect(episodes).toBe(24);
    }
  });

  test('weighs batches by their episodes', async () => {
    const parts = (batch: number) =>
      batch % 2 === 0
        ? (joinEpisodes([noisyTasks(batch), noisyTasks(50)])[0] as never)
        : noisyTasks(batch);
    const all = (step: number) =>
      joinEpisodes([noisyTasks(2 * step), noisyTasks(50), noisyTasks(2 * step + 1)])[0] as never;
    const [apart, whole] = [
      await trained({ episodes: parts, accumulate: 2 }),
      await trained({ episodes: all }),
    ];
    expectClose(apart.weight, whole.weight, 1e-5);
  });

  test('of one batch changes no bit', async () => {
    expect((await trained({ accumulate: 1 })).weight).toEqual((await trained({})).weight);
  });
});

describe('clipping', () => {
  test('scales gradients down to the norm, and reports what it was', async () => {
    const seen: number[] = [];
    const plain = sgd({ learningRate: 1e-4 });
    const optimizer: Options['optimizer'] = {
      ...plain,
      update: (gradients, state, params) => {
        seen.push(Number(torch.scope(() => globalNorm(gradients).item())));
        return plain.update(gradients, state, params);
      },
    };
    const free = await trained({ optimizer });
    const norms = seen.splice(0);
    const clipNorm = Math.min(...norms) / 2;
    const { reports } = await trained({ optimizer, clipNorm });
    for (const norm of seen) expect(norm).toBeCloseTo(clipNorm, 4);
    expect(reports[0]?.gradientNorm).toBeCloseTo(norms[0] ?? Number.NaN, 4);
    expect(free.reports[0]).not.toHaveProperty('gradientNorm');
  });

  test('leaves smaller gradients as they are', async () => {
    const { weight, reports } = await trained({ clipNorm: 1e6 });
    expect(weight).toEqual((await trained({})).weight);
    expect(reports).toHaveLength(3);
  });

  test.each([0, -1, Number.NaN, '1'])('refuses a norm of %p', async (clipNorm) => {
    await expect(trained({ clipNorm } as never)).rejects.toThrow(
      'Expected a positive number for clipNorm of train',
    );
  });
});

describe('bfloat16', () => {
  test('computes products in it, and keeps parameters, gradients and state in float32', async () => {
    const dtypes = new Set<string>();
    const products = new Set<string>();
    const watched: typeof learner = {
      ...learner,
      predict: (...args) => {
        products.add(args[1].matmul(args[1].mT).dtype);
        return learner.predict(...args);
      },
    };
    const plain = sgd({ learningRate: 1e-4, momentum: 0.9 });
    const optimizer: Options['optimizer'] = {
      ...plain,
      update: (gradients, state, params) => {
        for (const { dtype } of leaves([gradients, state, params])) dtypes.add(dtype);
        return plain.update(gradients, state, params);
      },
    };
    await trained({ learner: watched, optimizer, precision: 'bfloat16' });
    expect([...products]).toEqual(['bfloat16']);
    expect([...dtypes]).toEqual(['float32']);
    products.clear();
    await trained({ learner: watched });
    expect([...products]).toEqual(['float32']);
  });

  test('learns as well as float32', async () => {
    const accuracyWith = async (precision: 'float32' | 'bfloat16') => {
      const { params } = await train({
        learner,
        params: start,
        optimizer: adam({ learningRate: 0.02 }),
        episodes: noisyTasks,
        steps: 150,
        precision,
      });
      const batches = [1001, 1002, 1003, 1004].map((seed) => () => noisyTasks(seed));
      const { mean } = accuracyOf(evaluate(learner, params, batches));
      disposeTree(params);
      return mean;
    };
    const [full, half] = [await accuracyWith('float32'), await accuracyWith('bfloat16')];
    expect(full).toBeGreaterThan(0.8);
    expect(Math.abs(full - half)).toBeLessThan(0.03);
  });

  test('gives second-order gradients of MAML that point where those of float32 do', () => {
    const model = mlp({ sizes: [10, 32, 3] });
    const own = maml({ model, innerLearningRate: 0.01, innerSteps: 3 });
    const episodes = () => {
      const { support, query, ways } = noisyTasks(1);
      const scaled = ({ inputs, labels }: typeof support) => ({ inputs: inputs.div(10), labels });
      return { ways, support: scaled(support), query: scaled(query) };
    };
    const cosine = torch.scope(() => {
      const params = trainable(own.init(torch.generator(1)));
      const gradient = (precision: 'float32' | 'bfloat16') => {
        const options = { learner: own, episodes, accumulate: 1, precision };
        const { gradients } = stepGradient(options, params, 0);
        return torch.cat(leaves(gradients).map((g) => g.flatten()));
      };
      const [full, half] = [gradient('float32'), gradient('bfloat16')];
      return Number(torch.cosineSimilarity(full, half, 0).item());
    });
    expect(cosine).toBeGreaterThan(0.99);
    expect(cosine).toBeLessThan(1 - 1e-7);
  });

  test('another precision is refused', async () => {
    await expect(trained({ precision: 'float16' as never })).rejects.toThrow(
      "Expected 'float32' or 'bfloat16' for precision of train",
    );
  });
});
