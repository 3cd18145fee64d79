/** The thread of a pool: it opens the encoder on the shared weights, and does one task after another. */

import { workerData } from 'piscina';
import { openEncoder } from '../../text/encoders/open-encoder';
import { giveWay } from '../../threads/give-way';
import { plainError } from '../../threads/plain-error';
import { torch } from '../../torch';
import { Engine } from '../engine';
import { readClassifier, writeClassifier } from '../saved-classifier';
import type { TuneOutput } from '../tuning/tune-encoder';
import { SetupSlot } from './setup-slot';
import { type Shared, shareAll, takeAll } from './shared-tree';
import { checkOf } from './stop-flag';
import type { Outcome, TaskName, Tasks, TuneTask, WorkerSetup } from './tasks';

giveWay();
const slot = new SetupSlot<WorkerSetup>(workerData);
let opened: Engine | undefined;

/** The engine, from the first task on: what it is made of may come after the thread has started. */
function engine(): Engine {
  opened ??= open(slot.take());
  return opened;
}

function open({ spec, params, threads }: WorkerSetup): Engine {
  torch.setNumThreads(threads);
  return new Engine(openEncoder(spec, takeAll(params)));
}

type Run = { [K in TaskName]: (input: Tasks[K]['input']) => Tasks[K]['output'] };

const run: Run = {
  fit: ({ rows, tuned, stop }) =>
    shareAll(engine().fit(rows, tuned && takeAll(tuned), checkOf(stop)), 1),
  grow: ({ core, rows, stop }) => shareAll(engine().grow(takeAll(core), rows, checkOf(stop)), 1),
  narrow: ({ core, rows, stop }) =>
    shareAll(engine().narrow(takeAll(core), rows, checkOf(stop)), 1),
  predict: ({ texts, parts }) =>
    engine().predict({
      texts,
      parts: parts.map(({ scorer, count }) => ({ scorer: takeAll(scorer), count })),
    }),
  suspects: (core) => engine().suspects(takeAll(core)),
  attribute: ({ scorer, input }) => engine().attribute(takeAll(scorer), input),
  heldOut: (core) => engine().heldOut(takeAll(core)),
  plane: ({ scorer, texts }) => engine().plane(takeAll(scorer), texts),
  informative: ({ scorer, texts, count }) => engine().informative(takeAll(scorer), texts, count),
  save: ({ folder, saved }) => {
    writeClassifier(folder, { ...saved, core: takeAll(saved.core) });
    return null;
  },
  load: ({ folder }) => {
    const { core, ...rest } = readClassifier(folder);
    return { ...rest, core: shareAll(core, 1) };
  },
  encode: ({ texts, scorer }) =>
    engine()
      .encode(texts, scorer && takeAll(scorer).tuned)
      .share({ uses: 1 }),
};

function outcome<T>(work: () => T): Outcome<T> {
  try {
    // Before the scope: it outlives the task.
    engine();
    return { value: torch.scope(work) };
  } catch (error) {
    return { error: plainError(error) };
  }
}

function guarded<K extends TaskName>(name: K) {
  return (input: Tasks[K]['input']): Outcome<Tasks[K]['output']> => outcome(() => run[name](input));
}

/** Loads what tasks need, libtorch too: the engine itself waits for what it is made of. */
export const ready = (): boolean => openEncoder !== undefined && torch.getNumThreads() > 0;

// A thread starts by asking for it. Where there is none, piscina makes code from a string to look for it in another way,
// which `--disallow-code-generation-from-strings` forbids.
export default ready;

export const fit = guarded('fit');
export const grow = guarded('grow');
export const narrow = guarded('narrow');
export const predict = guarded('predict');
export const suspects = guarded('suspects');
export const attribute = guarded('attribute');
export const heldOut = guarded('heldOut');
export const plane = guarded('plane');
export const informative = guarded('informative');
export const save = guarded('save');
export const load = guarded('load');
export const encode = guarded('encode');

export const tune = ({ input, port }: TuneTask): Outcome<Shared<TuneOutput>> =>
  outcome(() =>
    shareAll(
      engine().tune(input, (step) => port.postMessage(step)),
      1,
    ),
  );
