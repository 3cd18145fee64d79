/** The thread of a pool: it opens the encoder on the shared weights, and does one task after another. */

import { workerData } from 'piscina';
import { openEncoder } from '../../text';
import { torch } from '../../torch';
import { Engine } from '../engine';
import { readClassifier, writeClassifier } from '../saved-classifier';
import { suspectsOf } from '../suspects';
import { plainError } from './plain-error';
import { shareAll, takeAll } from './shared-tree';
import type { Outcome, TaskName, Tasks, WorkerSetup } from './tasks';

const setup: WorkerSetup = workerData;
torch.setNumThreads(setup.threads);
const engine = new Engine(openEncoder(setup.spec, takeAll(setup.params)));

type Run = { [K in TaskName]: (input: Tasks[K]['input']) => Tasks[K]['output'] };

const run: Run = {
  fit: (rows) => shareAll(engine.fit(rows), 1),
  grow: ({ core, rows }) => shareAll(engine.grow(takeAll(core), rows), 1),
  narrow: ({ core, rows }) => shareAll(engine.narrow(takeAll(core), rows), 1),
  predict: ({ texts, parts }) =>
    engine.predict({
      texts,
      parts: parts.map(({ scorer, count }) => ({ scorer: takeAll(scorer), count })),
    }),
  suspects: (core) => suspectsOf(takeAll(core)),
  plane: ({ scorer, texts }) => engine.plane(takeAll(scorer), texts),
  save: ({ folder, saved }) => {
    writeClassifier(folder, { ...saved, core: takeAll(saved.core) });
    return null;
  },
  load: ({ folder }) => {
    const { core, ...rest } = readClassifier(folder);
    return { ...rest, core: shareAll(core, 1) };
  },
  encode: (texts) => engine.encode(texts).share({ uses: 1 }),
};

function guarded<K extends TaskName>(name: K) {
  return (input: Tasks[K]['input']): Outcome<Tasks[K]['output']> => {
    try {
      return { value: torch.scope(() => run[name](input)) };
    } catch (error) {
      return { error: plainError(error) };
    }
  };
}

export const fit = guarded('fit');
export const grow = guarded('grow');
export const narrow = guarded('narrow');
export const predict = guarded('predict');
export const suspects = guarded('suspects');
export const plane = guarded('plane');
export const save = guarded('save');
export const load = guarded('load');
export const encode = guarded('encode');
