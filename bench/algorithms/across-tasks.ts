// What works on many tasks or learners at once, and so has a training of its own.

import { evaluationBatches } from '../../lib/cli/demo/task';
import { followTheMetaLeader, maml, prototypical, r2d2, selectLearner } from '../../lib/meta';
import { adam } from '../../lib/optim';
import { disposeTree, torch } from '../../lib/torch';
import { adapted, encoderOf } from './encoder';
import { type MetaTraining, metaTrain } from './meta-train';
import type { Trained, Workshop } from './workshop';

const ROUNDS = 40;
const META_STEPS = 4;
const TASKS = 8;
/** Meta-steps of each candidate, and the validation episodes that choose among them. */
const CANDIDATE_STEPS = 150;
const VALIDATION_EPISODES = 200;

/** An algorithm that trains by itself. */
export type OwnTraining = { steps: number; train(workshop: Workshop): Promise<Trained> };

const mamlOf = (vocabularySize: number) =>
  maml({ ...adapted(vocabularySize), innerLearningRate: 0.5 });

const CANDIDATES: Readonly<Record<string, MetaTraining['build']>> = {
  maml: mamlOf,
  prototypical: (size) => prototypical({ encoder: encoderOf(size) }),
  r2d2: (size) => r2d2({ encoder: encoderOf(size) }),
};

/** Tasks come in rounds; each learns from its own and the most similar earlier ones. */
async function followOnline({ vocabulary, generator, episodes }: Workshop): Promise<Trained> {
  const encoder = encoderOf(vocabulary.size);
  const learner = mamlOf(vocabulary.size);
  const make = episodes('metaTrain');
  const online = followTheMetaLeader({
    learner,
    optimizer: adam({ learningRate: 0.01 }),
    metaSteps: META_STEPS,
    reuse: 2,
    // The mean of the words that the tasks are about; a meta-gradient would be as large as the table.
    describe: (start, { support }) =>
      torch.noGrad(() => encoder.apply(start.encoder, support.inputs).mean([0, 1])),
  });
  let state = online.init(learner.init(generator));
  for (let round = 0; round < ROUNDS; round++) {
    const next = online.round(state, make(TASKS, round * TASKS), { generator }).state;
    disposeTree([state.params, state.optimizer], [next.params, next.optimizer, next.start]);
    state = next;
  }
  return { learner, params: state.params };
}

/** Several learners, and the one that is best on validation classes. */
async function select(workshop: Workshop): Promise<Trained> {
  const candidates: Record<string, Trained> = {};
  for (const [name, build] of Object.entries(CANDIDATES)) {
    candidates[name] = await metaTrain({ build, steps: CANDIDATE_STEPS }, workshop);
  }
  const validation = workshop.episodes('metaValidation');
  const { best } = selectLearner(candidates, evaluationBatches(validation, VALIDATION_EPISODES));
  const chosen = candidates[best];
  if (chosen === undefined) throw new Error(`Expected a candidate but received '${best}'`);
  return chosen;
}

export const ACROSS_TASKS: Readonly<Record<string, OwnTraining & { title: string }>> = {
  online: {
    title: 'Online, follow the meta-leader',
    steps: ROUNDS * META_STEPS,
    train: followOnline,
  },
  selection: {
    title: 'Selected among three',
    steps: CANDIDATE_STEPS * Object.keys(CANDIDATES).length,
    train: select,
  },
};
