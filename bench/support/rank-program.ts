// One rank of `npm run bench:ranks`: it does what messages ask for, and answers with times in milliseconds.
import { adam } from '../../lib/optim';
import { disposeTree, torch } from '../../lib/torch';
import { train } from '../../lib/train';
import { ownEpisodes } from '../../lib/train/distributed/share';
import { mamlWorkload } from './maml-models';
import type { RankRequest } from './rank-processes';

const { distributed } = torch;

// Enough for the calls of the first steps: all others are like them, and the command line does the same.
const CHECKED_CALLS = 8;

function timed<T>(times: number[], work: () => T): T {
  const start = performance.now();
  const result = work();
  times.push(performance.now() - start);
  return result;
}

/** The time of each step but the first, by this rank's clock. */
async function steps({ model, tasks, count, which }: RankRequest & { do: 'train' }) {
  const { learner, episodes, tasksAtOnce } = mamlWorkload(model, tasks);
  const { rank, size } = { rank: distributed.getRank(), size: distributed.getWorldSize() };
  const own = which === 'own' ? ownEpisodes(episodes, { rank, size }) : episodes;
  if (own === null) throw new Error(`Expected at least ${size} tasks but received ${tasks}`);
  const params = learner.init(torch.generator(1));
  const moments: number[] = [];
  const result = await train({
    learner,
    params,
    optimizer: adam({ learningRate: 1e-3 }),
    episodes: () => own,
    steps: count + 1,
    tasksAtOnce,
    logger: { step: () => moments.push(performance.now()) },
    ...(which === 'divided' && { distributed: {} }),
  });
  disposeTree([params, result.params, episodes]);
  return moments.slice(1).map((moment, i) => moment - (moments[i] ?? moment));
}

/** The times of sums over all ranks. */
function sums({ bytes, count }: RankRequest & { do: 'sum' }): number[] {
  const times: number[] = [];
  const tensor = torch.ones([bytes / 4]);
  for (let i = 0; i < count; i++) {
    torch.scope(() => {
      distributed.barrier();
      timed(times, () => distributed.allReduce(tensor));
    });
  }
  tensor.dispose();
  return times;
}

async function answer(request: RankRequest): Promise<number[]> {
  switch (request.do) {
    case 'join':
      torch.setNumThreads(1);
      await distributed.initProcessGroupAsync({ ...request.options, checks: CHECKED_CALLS });
      return [];
    case 'train':
      return steps(request);
    case 'sum':
      return sums(request);
  }
}

process.on('message', (request: RankRequest) => {
  answer(request).then(
    (times) => process.send?.({ times }),
    (error) => process.send?.({ error: String(error?.stack ?? error) }),
  );
});
process.on('disconnect', () => process.exit());
