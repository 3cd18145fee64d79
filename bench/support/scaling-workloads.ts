import { type Episodes, type Learner, prototypical } from '../../lib/meta';
import { bert } from '../../lib/nn';
import { type Tree, torch } from '../../lib/torch';
import { mamlWorkload } from './maml-models';

/** What is trained, and tasks for it: 5-way 5-shot, 15 queries a class. */
export type ScalingWorkload = {
  readonly learner: Learner<Tree, unknown, Tree>;
  episodes(tasks: number): Episodes<Tree>;
  readonly tasksAtOnce: number;
  /** Tasks of a step whose time is measured. */
  readonly measured: number;
  /** How often it is measured. */
  readonly rounds: number;
};

const WAYS = 5;
const SHOTS = 5;
const QUERIES = 15;
/** Tokens of a short question. */
const TOKENS = 16;
const WITHOUT_DROPOUT = { dropout: 0, attentionDropout: 0 };

function maml(name: string, measured: number): ScalingWorkload {
  const { learner, tasksAtOnce } = torch.scope(() => mamlWorkload(name, 1));
  return {
    // A learner takes what its own workload makes.
    learner: learner as unknown as Learner<Tree, unknown, Tree>,
    episodes: (tasks) => mamlWorkload(name, tasks).episodes,
    tasksAtOnce,
    measured,
    rounds: 3,
  };
}

/** Prototypical networks on all of all-MiniLM-L6-v2, whose shape alone matters here. */
function miniLm(): ScalingWorkload {
  const encoder = bert({
    vocabularySize: 30_522,
    dimensions: 384,
    layers: 6,
    heads: 12,
    ...WITHOUT_DROPOUT,
  });
  const examples = (tasks: number, each: number) => ({
    inputs: {
      ids: torch.randint(30_522, [tasks, WAYS * each, TOKENS]),
      mask: torch.ones([tasks, WAYS * each, TOKENS]),
    },
    labels: torch.arange(WAYS).repeatInterleave(each).expand([tasks, -1]).contiguous(),
  });
  return {
    learner: prototypical({ encoder }) as unknown as Learner<Tree, unknown, Tree>,
    episodes: (tasks) => ({
      ways: WAYS,
      support: examples(tasks, SHOTS),
      query: examples(tasks, QUERIES),
    }),
    tasksAtOnce: 1,
    measured: 2,
    rounds: 1,
  };
}

export const SCALING_WORKLOADS: Readonly<Record<string, () => ScalingWorkload>> = {
  mlp: () => maml('mlp', 16),
  cnn: () => maml('cnn', 16),
  transformer: () => maml('transformer', 4),
  minilm: miniLm,
};
