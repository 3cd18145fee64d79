import { resolve } from 'node:path';
import { type Json, jsonObject } from '../../check';
import { TorchError } from '../../errors';
import { onFile } from '../../files/checked-file';
import { FolderLock } from '../../files/folder-lock';
import { type Generator, type Tree, torch } from '../../torch';
import { removeStaged } from '../../torch/files/replace-file';
import { warnOf } from '../../warnings';
import type { Callback } from '../callbacks/callback';
import type { History } from '../history';
import { writeRunCheckpoint } from './checkpoint-file';
import {
  checkpointPath,
  makeCheckpointFolder,
  prune,
  setAside,
  storedCheckpoints,
} from './checkpoint-folder';
import type { checkpointOptions } from './checkpoint-options';
import {
  differences,
  type FittedTensors,
  fitTensors,
  type RunTensors,
  requireFingerprint,
} from './fitting';
import { firstWhole, noCheckpoint } from './latest';
import { layoutsOf } from './layouts';
import { randomStates, restoreRandom } from './random-states';
import type { RunCheckpoint } from './run-checkpoint';

type Settings = ReturnType<typeof checkpointOptions> & { every: number };

/** What of a run is not its tensors. */
export type RunParts = {
  readonly callbacks: readonly Callback[];
  readonly generators: Readonly<Record<string, Generator>>;
  readonly circumstances: { readonly [name: string]: Json };
};

/** A run as it is between two steps. */
export type RunMoment<P extends Tree = Tree, S extends Tree = Tree> = {
  readonly step: number;
  readonly tensors: FittedTensors<P, S>;
  readonly bestStep: number | undefined;
  readonly history: History;
};

/** The checkpoints of the run at hand, which has their folder for itself until `close`. */
export class Checkpoints {
  readonly #folder: string;
  readonly #lock: FolderLock;
  readonly #options: Settings;
  readonly #parts: RunParts;
  #saved: number | undefined;

  /** @throws TorchError `ERR_TORCH_BUSY` if another run has the folder; `ERR_TORCH_FILE` */
  constructor(options: Settings, parts: RunParts) {
    this.#folder = resolve(options.folder);
    this.#options = options;
    this.#parts = parts;
    makeCheckpointFolder(this.#folder);
    this.#lock = new FolderLock(this.#folder);
    try {
      removeStaged(this.#folder);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Goes on from the latest checkpoint that is whole and fits; what is refused before it is warned of and set
   * aside. Generators and callbacks take their states from it.
   *
   * @param run the run at its start
   * @param resume true if there must be one, `auto` if there may be, false if there must be none
   * @throws TorchError `ERR_TORCH_FILE`
   */
  resume<P extends Tree, S extends Tree>(
    run: RunTensors<P, S>,
    resume: boolean | 'auto',
  ): RunMoment<P, S> | undefined {
    const isEmpty = storedCheckpoints(this.#folder).length === 0;
    if (isEmpty && resume !== true) return undefined;
    if (!resume) throw this.#notEmpty();
    // A scope, so that nothing is left behind if what was refused cannot be set aside.
    const moment = torch.scope(() => this.#latest(run));
    this.#saved = moment.step;
    return moment;
  }

  #latest<P extends Tree, S extends Tree>(run: RunTensors<P, S>): RunMoment<P, S> {
    const found = firstWhole(this.#folder, (path, checkpoint) => this.#take(path, checkpoint, run));
    if (found.value === undefined) {
      throw noCheckpoint(this.#folder, found, "; resume: 'auto' starts a new run then");
    }
    for (const { checkpoint, error } of found.refused) {
      const aside = setAside(checkpoint.path);
      warnOf(
        'METATORCH_CHECKPOINT_REFUSED',
        `${error.message}. It is now ${aside}; the run goes on from step ${found.value.step}`,
      );
    }
    return found.value;
  }

  /** Writes a checkpoint if its time has come. @throws TorchError `ERR_TORCH_FILE` */
  saveIfDue(moment: RunMoment): void {
    if (moment.step % this.#options.every === 0) this.save(moment);
  }

  /** Writes a checkpoint, unless there is one of this step. @throws TorchError `ERR_TORCH_FILE` */
  save({ step, tensors, bestStep, history }: RunMoment): void {
    if (this.#saved === step) return;
    const { params, optimizer, best } = tensors;
    const { callbacks, generators, circumstances } = this.#parts;
    writeRunCheckpoint(checkpointPath(this.#folder, step), {
      step,
      params,
      optimizer,
      ...(best && bestStep !== undefined && { best: { params: best, step: bestStep } }),
      history,
      random: randomStates(generators, params),
      callbacks: statesOf(callbacks),
      fingerprint: this.#options.fingerprint,
      circumstances,
      layouts: layoutsOf(tensors),
    });
    this.#saved = step;
    prune(this.#folder, this.#options.keep, bestStep);
  }

  /** The file of the checkpoint of a step; undefined for the start, which has none. */
  path(step: number): string | undefined {
    return step === 0 ? undefined : checkpointPath(this.#folder, step);
  }

  close(): void {
    this.#lock.release();
  }

  #take<P extends Tree, S extends Tree>(
    path: string,
    checkpoint: RunCheckpoint,
    run: RunTensors<P, S>,
  ): RunMoment<P, S> {
    const { step, best, history, random, callbacks, circumstances } = checkpoint;
    requireFingerprint(path, checkpoint, this.#options.fingerprint);
    const tensors = fitTensors(path, checkpoint, run);
    restoreCallbacks(path, this.#parts.callbacks, callbacks);
    restoreRandom(random, this.#parts.generators, run.params);
    const changes = differences(circumstances, this.#parts.circumstances);
    if (changes.length > 0) {
      warnOf(
        'METATORCH_RESUME_DIFFERS',
        `The run of ${path} goes on under other circumstances, so its numbers may differ: ${changes.join('; ')}`,
      );
    }
    return { step, tensors, bestStep: best?.step, history };
  }

  #notEmpty(): TorchError {
    return new TorchError(
      'ERR_TORCH_FILE',
      `Expected a folder without checkpoints for a new run but ${this.#folder} has some; choose another, or go on with that run by resume: true (--resume)`,
      { path: this.#folder },
    );
  }
}

function statesOf(callbacks: readonly Callback[]): Record<string, Json> {
  const states = callbacks.flatMap((one) => (one.state ? [[one.name, one.state()] as const] : []));
  return jsonObject(Object.fromEntries(states), 'the states of callbacks', 'train');
}

function restoreCallbacks(
  path: string,
  callbacks: readonly Callback[],
  states: RunCheckpoint['callbacks'],
): void {
  for (const { name, restore } of callbacks) {
    const state = states[name];
    if (state === undefined || restore === undefined) continue;
    onFile(path, `a state for the callback ${name}`, () => restore(state));
  }
}
