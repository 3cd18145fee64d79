import type { ReadOptions } from '../../check';
import { refuseFile } from '../../files/checked-file';
import { isHopeless } from './halving';
import type { STUDY } from './search-options';
import { fits, type Space, spaceAsJson, type TrialParams } from './space';
import { applyEvent, type StudyEvent } from './study-event';
import { StudyFile } from './study-file';
import { ranked, type TrialRecord } from './trial';

type Settings = ReadOptions<typeof STUDY>;
type End = Omit<Extract<StudyEvent, { type: 'end' }>, 'type' | 'trial'>;

/** The trials of a search, in memory and, where there is one, in its file. */
export class Study {
  readonly #settings: Settings;
  readonly #file: StudyFile | undefined;
  #trials: readonly TrialRecord[] = [];
  /** Those that were running when the process before this one ended. */
  readonly #waiting: TrialRecord[];

  /** @throws TorchError `ERR_TORCH_FILE` or `ERR_TORCH_BUSY` */
  constructor(space: Space, settings: Settings) {
    this.#settings = settings;
    const { file: path, goal, sampler, seed, pruner = null, about = null } = settings;
    if (path !== undefined) {
      const facts = { space: spaceAsJson(space), goal, seed, sampler, pruner, about };
      this.#file = new StudyFile(path, facts);
      try {
        this.#trials = trialsOf(path, space, this.#file.events);
      } catch (error) {
        this.close();
        throw error;
      }
    }
    this.#waiting = this.#trials.filter(({ state }) => state === 'running');
  }

  get length(): number {
    return this.#trials.length;
  }

  /** From best to worst. */
  ranked(): TrialRecord[] {
    return ranked(this.#trials, this.#settings.goal);
  }

  /** A trial of a process that ended, which begins anew. */
  waiting(): TrialRecord | undefined {
    const trial = this.#waiting.shift();
    return trial && this.begin(trial.number, trial.params);
  }

  begin(number: number, params: TrialParams): TrialRecord {
    return this.#apply({ type: 'begin', trial: number, params });
  }

  report(number: number, step: number, value: number): void {
    this.#apply({ type: 'report', trial: number, step, value });
  }

  end(number: number, end: End): TrialRecord {
    return this.#apply({ type: 'end', trial: number, ...end });
  }

  /** True if the last report of a trial says that it should end. */
  isHopeless(number: number): boolean {
    const { goal, pruner } = this.#settings;
    const own = this.#trials[number];
    return own !== undefined && pruner !== undefined && isHopeless(own, this.#trials, goal, pruner);
  }

  close(): void {
    this.#file?.close();
  }

  #apply(event: StudyEvent): TrialRecord {
    const trials = applyEvent(this.#trials, event);
    this.#file?.append(event);
    this.#trials = trials;
    const trial = trials[event.trial];
    if (trial === undefined) throw new RangeError(`Expected trial ${event.trial}`);
    return trial;
  }
}

function trialsOf(
  path: string,
  space: Space,
  events: readonly StudyEvent[],
): readonly TrialRecord[] {
  let trials: readonly TrialRecord[] = [];
  for (const [i, event] of events.entries()) {
    // The facts are line 1.
    const where = `in line ${i + 2}`;
    if (event.type === 'begin' && !fits(space, event.params)) {
      throw refuseFile(path, `values of the space ${where}`, JSON.stringify(event.params));
    }
    try {
      trials = applyEvent(trials, event);
    } catch (cause) {
      const found = cause instanceof Error ? cause.message : String(cause);
      throw refuseFile(path, `events in order ${where}`, found, cause);
    }
  }
  return trials;
}
