import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Learner, maml, prototypical, reptile } from '../../../lib/meta';
import type { Episodes } from '../../../lib/meta/episode';
import { mlp } from '../../../lib/nn';
import { sgd } from '../../../lib/optim';
import {
  type Dtype,
  disposeTree,
  flattenTree,
  mapTree,
  type ProcessGroup,
  type Tree,
  torch,
} from '../../../lib/torch';
import { releaseGroup } from '../../../lib/torch/distributed/process-group';
import { train } from '../../../lib/train';
import { groupsInOneThread } from '../../helpers/processes/process-groups';

const { join: joinRanks, folder } = groupsInOneThread();

/** Tasks that no small number of ranks divides evenly. */
const TASKS = 7;

function tasks(batch: number, dtype: Dtype): Episodes {
  return torch.scope(() => {
    const generator = torch.generator(batch);
    const examples = (rows: number) => {
      const labels = torch.arange(rows).remainder(2).expand([TASKS, rows]).contiguous();
      const noise = torch.randn([TASKS, rows, 4], { generator, dtype: 'float64' });
      return { inputs: noise.add(labels.unsqueeze(-1)).to({ dtype }), labels };
    };
    return { ways: 2, support: examples(4), query: examples(6) };
  });
}

const LEARNERS = {
  MAML: () => maml({ model: mlp({ sizes: [4, 8, 2] }), innerLearningRate: 0.1, innerSteps: 2 }),
  Prototypical: () => prototypical({ encoder: mlp({ sizes: [4, 8, 3] }) }),
  Reptile: () => reptileBy('mean'),
  'Reptile with sums': () => reptileBy('sum'),
};

const reptileBy = (reduce: 'mean' | 'sum') =>
  reptile({
    model: mlp({ sizes: [4, 8, 2] }),
    optimizer: sgd({ learningRate: 0.1 }),
    innerSteps: 3,
    reduce,
  });

type Run = {
  numbers: number[];
  hash: string;
  loss: readonly number[];
  stopped: unknown;
  steps: number;
};

async function runOf(
  learner: Learner<Tree, unknown>,
  dtype: Dtype,
  steps: number,
  group: ProcessGroup | undefined,
  extra: object = {},
): Promise<Run> {
  const params = torch.scope(() =>
    mapTree(([p]) => p.detach().to({ dtype }), learner.init(torch.generator(7))),
  );
  const result = await train({
    learner,
    params,
    steps,
    optimizer: sgd({ learningRate: steps === 1 ? 1 : 0.05 }),
    episodes: (batch) => tasks(batch, dtype),
    ...(group && { distributed: { group } }),
    ...extra,
  });
  const numbers = Object.values(flattenTree(result.params)).flatMap((tensor) =>
    Array.from(tensor.data(), Number),
  );
  disposeTree([result.params, params]);
  const hash = createHash('sha256').update(Float64Array.from(numbers)).digest('hex');
  const { history, stopped } = result;
  return { numbers, hash, loss: history.loss, stopped, steps: result.steps };
}

/** A run of so many ranks: what each of them has. */
async function ranksRun(
  size: number,
  make: () => Learner<Tree, unknown>,
  dtype: Dtype,
  steps: number,
  extra: (rank: number) => object = () => ({}),
): Promise<Run[]> {
  const groups = await joinRanks(size);
  const runs = await Promise.all(
    groups.map((group) => runOf(make(), dtype, steps, group, extra(group.rank))),
  );
  for (const group of groups) releaseGroup(group);
  return runs;
}

const apart = (a: readonly number[], b: readonly number[]) => {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((x, i) => Math.abs(x - (b[i] ?? Number.NaN))));
};

describe.each(Object.entries(LEARNERS))('%s', (_, make) => {
  const learner = make as () => Learner<Tree, unknown>;

  test.each<[Dtype, number]>([
    ['float64', 1e-12],
    ['float32', 1e-6],
  ])('any number of ranks gives one gradient and run, in %s to %d', async (dtype, tolerance) => {
    for (const steps of [1, 20]) {
      const alone = await runOf(learner(), dtype, steps, undefined);
      for (const size of [1, 2, 3, 4]) {
        const [first, ...others] = await ranksRun(size, learner, dtype, steps);
        for (const other of others) expect(other.hash).toBe(first?.hash);
        expect(apart(first?.numbers ?? [], alone.numbers)).toBeLessThan(tolerance);
        expect(apart(first?.loss ?? [], alone.loss)).toBeLessThan(10 * tolerance);
      }
    }
  });

  test('the same number of ranks gives the same bits twice', async () => {
    const [once] = await ranksRun(3, learner, 'float32', 20);
    const [twice] = await ranksRun(3, learner, 'float32', 20);
    expect(twice?.hash).toBe(once?.hash);
  });
});

const some = LEARNERS.MAML as () => Learner<Tree, unknown>;

test('more ranks than tasks: some have none', async () => {
  const few = (batch: number) => {
    const all = tasks(batch, 'float64');
    const two = (examples: Episodes['query']) => ({
      inputs: examples.inputs.narrow(0, 0, 2),
      labels: examples.labels.narrow(0, 0, 2),
    });
    return { ...all, support: two(all.support), query: two(all.query) };
  };
  const alone = await runOf(some(), 'float64', 5, undefined, { episodes: few });
  const [first] = await ranksRun(3, some, 'float64', 5, () => ({ episodes: few }));
  expect(apart(first?.numbers ?? [], alone.numbers)).toBeLessThan(1e-12);
});

test('batches in parts, and gradients clipped, are those of one process', async () => {
  const options = { accumulate: 2, clipNorm: 0.1, tasksAtOnce: 2 };
  const alone = await runOf(some(), 'float64', 5, undefined, options);
  const [first] = await ranksRun(2, some, 'float64', 5, () => options);
  expect(apart(first?.numbers ?? [], alone.numbers)).toBeLessThan(1e-12);
});

test('all ranks begin with the parameters of rank 0', async () => {
  const start = (seed: number) => torch.scope(() => some().init(torch.generator(seed)));
  const runs = await ranksRun(2, some, 'float32', 1, (rank) => ({ params: start(rank) }));
  expect(runs[1]?.hash).toBe(runs[0]?.hash);
});

test('only rank 0 logs, and all stop where one is told to', async () => {
  const controller = new AbortController();
  const logged: number[] = [];
  const runs = await ranksRun(3, some, 'float32', 20, (rank) => ({
    logger: {
      step: ({ step }: { step: number }) => {
        logged.push(rank);
        if (step === 4) controller.abort('enough');
      },
    },
    ...(rank === 0 && { signal: controller.signal }),
  }));
  expect(new Set(logged)).toEqual(new Set([0]));
  expect(runs.map(({ steps }) => steps)).toEqual([5, 5, 5]);
  expect(runs.map(({ stopped }) => stopped)).toEqual([
    'enough',
    'another rank has stopped',
    'another rank has stopped',
  ]);
});

test('rank 0 writes checkpoints; a run goes on with another number of ranks', async () => {
  const whole = await runOf(some(), 'float64', 12, undefined, {
    optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
  });
  const own = (rank: number) => join(folder(), `checkpoints-${rank}`);
  const options = (rank: number, resume: boolean) => ({
    optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
    checkpoints: { folder: own(rank), every: 4 },
    resume,
  });
  await ranksRun(2, some, 'float64', 8, (rank) => options(rank, false));
  expect([existsSync(own(0)), existsSync(own(1))]).toEqual([true, false]);
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const resumed = await ranksRun(3, some, 'float64', 12, (rank) => options(rank, true));
  expect(String(warned.mock.calls[0]?.[0])).toContain('ranks');
  warned.mockRestore();
  for (const { numbers, loss } of resumed) {
    expect(apart(numbers, whole.numbers)).toBeLessThan(1e-12);
    expect(loss).toHaveLength(12);
  }
  const alone = await runOf(some(), 'float64', 12, undefined, { ...options(0, true) });
  expect(alone.hash).toBe(resumed[0]?.hash);
});

test('a rank that fails ends the others with its reason', async () => {
  const groups = await joinRanks(2);
  const ends = await Promise.allSettled(
    groups.map((group) =>
      runOf(some(), 'float32', 20, group, {
        episodes: (batch: number) => {
          if (group.rank === 1 && batch === 3) throw new Error('no such text');
          return tasks(batch, 'float32');
        },
      }),
    ),
  );
  const [first, second] = ends.map((end) => (end.status === 'rejected' ? end.reason : undefined));
  expect(String(second)).toBe('Error: no such text');
  expect(first).toMatchObject({
    code: 'ERR_TORCH_DISTRIBUTED',
    ranks: [1],
    message: expect.stringContaining('Rank 1 has aborted the group: no such text'),
  });
});
