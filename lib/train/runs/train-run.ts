import { join } from 'node:path';
import { outOfRange } from '../../errors';
import { selectLearner } from '../../meta';
import type { Vectorizer } from '../../text/vectorizer';
import { disposeTree, type ProcessGroup, type Tree, torch } from '../../torch';
import type { Callback, Logger } from '../callbacks/callback';
import { ownPart, type Share } from '../distributed/share';
import { type Evaluation, evaluate } from '../evaluate';
import type { TrainHistory } from '../history';
import {
  buildLearner,
  buildOptimizer,
  completeLearner,
  LEARNERS,
  type LearnerConfig,
} from '../registry';
import { train } from '../trainer';
import { evaluatedTasks } from './config';
import { onlineTasks } from './online-tasks';
import { runLoggers } from './run-loggers';
import { batchesOf, numbersFrom, type TaskMaker } from './task-maker';
import { type BuiltLearner, readerOf } from './test-run';
import type { Workshop } from './workshop';

/** What a run is watched and stopped by. */
export type RunHooks = {
  /** Loggers of the run of a seed; `title` is what is trained, for example `MAML`. */
  readonly loggers?: (title: string, seed: number) => readonly Logger[];
  readonly callbacks?: readonly Callback[];
  readonly signal?: AbortSignal | undefined;
  /** Where checkpoints are; undefined for none. */
  readonly checkpoints?: string | undefined;
  readonly resume?: boolean | 'auto' | undefined;
  /** The ranks that share the work; each of them has the same hooks. Default: this process alone. */
  readonly group?: ProcessGroup | undefined;
  /** What must be the same to resume. */
  readonly fingerprint?: string | undefined;
};

/** A learner that has been trained. */
export type TrainedLearner = BuiltLearner & {
  readonly steps: number;
  readonly validation?: Evaluation | undefined;
  /** Undefined for a learner that has not been trained. */
  readonly history?: TrainHistory | undefined;
  readonly stopped?: unknown;
};

type Work = { readonly workshop: Workshop; readonly seed: number; readonly hooks: RunHooks };

/** Trains what the config names, with one seed. */
export async function trainRun(
  workshop: Workshop,
  seed: number,
  hooks: RunHooks,
): Promise<TrainedLearner> {
  const work = { workshop, seed, hooks };
  const { learner: named } = workshop.config;
  switch (named.kind) {
    case 'selection':
      return select(work, named.candidates);
    case 'online': {
      const maker = workshop.training(seed);
      const { metaSteps, reuse } = named;
      const { tasks } = workshop.config.episodes;
      const { encoder } = workshop;
      const online = onlineTasks({ maker, encoder, seed, tasks, metaSteps, reuse });
      try {
        return await trainOne(work, named.learner, online.batch);
      } finally {
        online.dispose();
      }
    }
    default:
      return trainOne(work, named);
  }
}

/** Trains each candidate, and keeps that which is best at the validation episodes. */
async function select(work: Work, candidates: readonly LearnerConfig[]): Promise<TrainedLearner> {
  const trained: Record<string, TrainedLearner> = {};
  try {
    for (const [i, config] of candidates.entries()) {
      const name = `${i + 1}-${config.kind}`;
      const { checkpoints } = work.hooks;
      const own = checkpoints === undefined ? undefined : join(checkpoints, name);
      trained[name] = await trainOne(
        { ...work, hooks: { ...work.hooks, checkpoints: own } },
        config,
      );
    }
    const { config } = work.workshop;
    const validation = requireValidation(work.workshop);
    const batches = batchesOf(validation, config.evaluation.validation);
    const { best } = selectLearner(trained, batches);
    const { [best]: chosen, ...others } = trained;
    disposeTree(Object.values(others).map(({ params }) => params));
    if (chosen !== undefined) return chosen;
    throw new Error(`Expected a candidate but received '${best}'`);
  } catch (error) {
    disposeTree(Object.values(trained).map(({ params }) => params));
    throw error;
  }
}

function requireValidation(workshop: Workshop, vectorizer?: Vectorizer<Tree>): TaskMaker {
  const validation = workshop.validation(vectorizer);
  if (validation !== undefined) return validation;
  throw outOfRange('at least one class for validation', 'splits of the config', 0, 'selection');
}

/** Meta-trains one learner. */
async function trainOne(
  { workshop, seed, hooks }: Work,
  named: LearnerConfig,
  batch?: (step: number) => ReturnType<ReturnType<Workshop['training']>['make']>,
): Promise<TrainedLearner> {
  const { config: run, classes, encoder } = workshop;
  const { ways, shots, tasks } = run.episodes;
  const config = completeLearner(named, {
    ways: Math.max(ways, evaluatedTasks(run).ways),
    shots: Math.max(shots, ...run.evaluation.shots),
    classes: classes.train.length,
  });
  const learner = buildLearner(config, encoder);
  const generator = torch.generator(seed);
  const params = torch.scope(() => learner.init(generator));
  const built = { config, learner, encoder };
  if (run.steps === 0) return { ...built, params, steps: 0 };
  try {
    const maker = workshop.training(seed);
    const { every = run.steps, validation: episodes } = run.evaluation;
    const validate = (own: Tree) => {
      const { learner, vectorizer } = readerOf({ ...built, params: own });
      const tasks = requireValidation(workshop, vectorizer);
      const ranks = hooks.group && { group: hooks.group };
      return evaluate(learner, own, batchesOf(tasks, episodes), { ...ranks });
    };
    const title = LEARNERS[config.kind].title;
    const result = await train({
      learner,
      params,
      ...buildOptimizer(run.optimizer, run.steps),
      episodes: batch ?? ((step) => maker.make(numbersFrom(step * tasks, tasks))),
      steps: run.steps,
      accumulate: run.accumulate,
      precision: run.precision,
      generator,
      evaluateEvery: every,
      logger: loggersOf(hooks, title, seed, run, config.kind),
      callbacks: hooks.callbacks ?? [],
      ...(classes.validation.length > 0 && { evaluate: validate }),
      ...(hooks.group && {
        distributed: {
          group: hooks.group,
          // Online tasks follow from each other, so that every rank makes them all.
          ...(batch === undefined && { episodes: ownBatches(maker, tasks) }),
        },
      }),
      ...(run.clipNorm !== undefined && { clipNorm: run.clipNorm }),
      ...(run.tasksAtOnce !== undefined && { tasksAtOnce: run.tasksAtOnce }),
      ...(run.earlyStopping && { earlyStopping: run.earlyStopping }),
      ...(hooks.signal && { signal: hooks.signal }),
      ...checkpointing(run, hooks),
    });
    const { best, history, steps, stopped } = result;
    return { ...built, params: result.params, steps, validation: best, history, stopped };
  } finally {
    disposeTree(params);
  }
}

/** Loggers open files when they are made: only rank 0 has any. */
function loggersOf(
  { loggers, group }: RunHooks,
  title: string,
  seed: number,
  run: Workshop['config'],
  kind: LearnerConfig['kind'],
): readonly Logger[] {
  if (group !== undefined && group.rank > 0) return [];
  return [...(loggers?.(title, seed) ?? []), ...runLoggers(run, kind, seed)];
}

/** The tasks of a rank, without making those of the others. */
function ownBatches(maker: TaskMaker, tasks: number) {
  return (step: number, share: Share) => {
    const { from, count } = ownPart(tasks, share);
    return count === 0 ? null : maker.make(numbersFrom(step * tasks + from, count));
  };
}

function checkpointing(
  { checkpoints }: Workshop['config'],
  { checkpoints: folder, resume = false, fingerprint }: RunHooks,
) {
  if (folder === undefined) return {};
  const { every, keep = 3 } = checkpoints ?? {};
  return {
    resume,
    checkpoints: {
      folder,
      keep,
      ...(every !== undefined && { every }),
      ...(fingerprint !== undefined && { fingerprint }),
    },
  };
}
