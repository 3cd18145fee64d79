import { string } from '../../check';
import { TorchError } from '../../errors';
import { type Tree, torch } from '../../torch';
import { warnOf } from '../../warnings';
import type { Evaluation } from '../evaluate';
import type { TrainHistory } from '../history';
import { readRunCheckpoint } from './checkpoint-file';
import { type StoredCheckpoint, storedCheckpoints } from './checkpoint-folder';
import type { RunCheckpoint } from './run-checkpoint';

/** A run as its latest checkpoint has it. */
export type SavedRun = {
  readonly path: string;
  /** Steps taken. */
  readonly step: number;
  readonly params: Tree;
  /** The best parameters by evaluation so far, if there was one. */
  readonly best?: { readonly params: Tree; readonly step: number; readonly evaluation: Evaluation };
  readonly history: TrainHistory;
  readonly fingerprint?: string;
};

/** What the first checkpoint gives that `use` does not refuse, and the refusals before it. */
export type Found<T> = {
  readonly value?: T;
  readonly refused: readonly {
    readonly checkpoint: StoredCheckpoint;
    readonly error: TorchError;
  }[];
};

/**
 * Tries the checkpoints of a folder, the latest first, until one is whole and `use` takes it. Tensors that `use`
 * does not return are freed.
 */
export function firstWhole<T>(
  folder: string,
  use: (path: string, checkpoint: RunCheckpoint) => T,
): Found<T> {
  const refused: { checkpoint: StoredCheckpoint; error: TorchError }[] = [];
  for (const checkpoint of storedCheckpoints(folder)) {
    try {
      const value = torch.scope(() => use(checkpoint.path, readRunCheckpoint(checkpoint.path)));
      return { value, refused };
    } catch (error) {
      if (!(error instanceof TorchError) || error.code !== 'ERR_TORCH_FILE') throw error;
      refused.push({ checkpoint, error });
    }
  }
  return { refused };
}

/**
 * The error for a folder of which no checkpoint serves.
 *
 * @param advice what to do if there is none at all
 */
export function noCheckpoint(
  folder: string,
  { refused }: Found<unknown>,
  advice: string,
): TorchError {
  const [latest] = refused;
  const message =
    latest === undefined
      ? `Expected a checkpoint of a run in ${folder} but found none${advice}`
      : `Expected a checkpoint in ${folder} that serves, but all ${refused.length} are refused:\n${refused
          .map(({ error }) => error.message)
          .join('\n')}`;
  return new TorchError('ERR_TORCH_FILE', message, { path: folder, cause: latest?.error });
}

/**
 * Reads the latest checkpoint that `train` wrote into a folder. One that is damaged is passed over with a
 * `MetatorchWarning` that names it, and the one before is read. Nothing in the folder changes.
 *
 *     const run = latestCheckpoint('runs/intents/checkpoints');
 *     const params = run.best?.params ?? run.params;
 *
 * @throws TorchError `ERR_TORCH_FILE` if there is none, or all are damaged
 */
export function latestCheckpoint(folder: string): SavedRun {
  string(folder, 'folder', 'latestCheckpoint');
  const found = firstWhole(folder, (path, checkpoint) => savedRun(path, checkpoint));
  if (found.value === undefined) throw noCheckpoint(folder, found, '');
  for (const { error } of found.refused) {
    warnOf('METATORCH_CHECKPOINT_REFUSED', `${error.message}. Read ${found.value.path} instead`);
  }
  return found.value;
}

function savedRun(path: string, checkpoint: RunCheckpoint): SavedRun {
  const { step, params, best, history, fingerprint } = checkpoint;
  const evaluation = best && history.evaluationAt(best.step);
  return {
    path,
    step,
    params,
    ...(best && evaluation && { best: { ...best, evaluation } }),
    history,
    ...(fingerprint !== undefined && { fingerprint }),
  };
}
