import { resolve } from 'node:path';
import type { Piscina } from 'piscina';
import { readOptions, requireTexts, string } from '../../check';
import { outOfRange, TorchError } from '../../errors';
import type { LabeledText } from '../../text';
import { requireLabel, requireNewName, requireTwo, rowsWith, withoutOwner } from '../edits';
import { withMore } from '../examples/known-texts';
import {
  type Example,
  type ExamplesInput,
  type LabeledExamples,
  readExamples,
} from '../examples/read-examples';
import { requireWithin } from '../limits';
import { placesOn } from '../places';
import type { Prediction } from '../prediction';
import type { Servable } from '../servable';
import { ADDITION, type AdditionOptions, EDIT, type EditOptions, REQUEST } from '../setup';
import type { AdaptedFacts, AdaptedTasks } from '../workers/adapted-tasks';
import type { RequestOptions } from '../workers/request-queue';
import { runAdapted } from '../workers/run-adapted';
import { startThreads } from '../workers/start-threads';
import { withinTime } from '../workers/within-time';
import { ADAPTED_WORKER_FILE } from '../workers/worker-file';
import { ADAPTED_OPTIONS, type AdaptedOptions } from './adapted-options';
import { adaptedPrediction } from './adapted-prediction';

/**
 * A meta-trained model, adapted to examples, that answers in threads of its own: what `metatorch adapt` saved.
 *
 *     await using classifier = await AdaptedClassifier.load('models/cards');
 *     const [{ label }] = await classifier.predict(['where is my card?']);
 *
 * It learns new examples by adapting anew. A learner with a fixed number of outputs refuses more labels than
 * it has. Its predictions always name a label, but for empty texts, and no nearest examples.
 */
export class AdaptedClassifier implements Servable {
  readonly #threads: Piscina;
  readonly #maxQueue: number;
  readonly #title: string;
  #known: LabeledExamples;
  #version = 0;
  #edits: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  private constructor(threads: Piscina, maxQueue: number, facts: AdaptedFacts) {
    this.#threads = threads;
    this.#maxQueue = maxQueue;
    this.#title = facts.title;
    this.#known = readExamples(facts.examples, 'AdaptedClassifier');
  }

  /**
   * Loads a saved model that has examples.
   *
   * @throws TorchError `ERR_TORCH_FILE` if it is missing, damaged or without examples; ArgumentRangeError for
   *   more labels than its learner can tell apart
   */
  static async load(folder: string, options: AdaptedOptions = {}): Promise<AdaptedClassifier> {
    const operator = 'AdaptedClassifier.load';
    const path = resolve(string(folder, 'folder', operator));
    const { workers, threads, maxQueue } = readOptions(ADAPTED_OPTIONS, options, operator);
    const pool = startThreads({ folder: path, threads }, workers, ADAPTED_WORKER_FILE);
    try {
      const facts = await runAdapted(pool, 'describe', null);
      if (facts.examples.length === 0) {
        throw new TorchError(
          'ERR_TORCH_FILE',
          `Cannot serve ${path}: expected a model that is adapted to examples; metatorch adapt makes one`,
          { path },
        );
      }
      const classifier = new AdaptedClassifier(pool, maxQueue, facts);
      // Adapts, so that whatever is wrong is wrong now.
      await classifier.predict([]);
      return classifier;
    } catch (error) {
      await pool.destroy();
      throw error;
    }
  }

  get labels(): readonly string[] {
    return this.#known.labels;
  }

  get examples(): readonly Example[] {
    return this.#known.rows;
  }

  /** Always empty: a learner is not asked for single tokens. */
  get unknownExamples(): readonly Example[] {
    return [];
  }

  /** The learner, for example `Prototypical Networks`. */
  get head(): string {
    return this.#title;
  }

  /** Always null: nothing is held out. */
  get heldOutAccuracy(): null {
    return null;
  }

  /**
   * The predictions for texts, in their order.
   *
   * @throws ArgumentTypeError for what is not a text; TorchError `ERR_TORCH_BUSY` if too many requests wait,
   *   `ERR_TORCH_TIMEOUT` after the timeout, `ERR_TORCH_DISPOSED` after `close`; the signal's reason
   */
  async predict(texts: readonly string[], options: RequestOptions = {}): Promise<Prediction[]> {
    requireTexts(texts, 'texts', 'predict');
    const request = readOptions(REQUEST, options, 'predict');
    const { labels } = this.#known;
    const scores = await withinTime(this.#run('score', this.#request(texts)), request);
    return texts.map((text, i) => adaptedPrediction(text, labels, scores[i] ?? []));
  }

  /** Examples and texts on a plane: those whose labels are as probable are near each other. */
  async plane(texts: readonly string[] = [], options: EditOptions = {}) {
    requireTexts(texts, 'texts', 'plane');
    const { rows } = this.#known;
    const request = readOptions(EDIT, options, 'plane');
    return placesOn(await withinTime(this.#run('plane', this.#request(texts)), request), rows);
  }

  /**
   * Learns more examples, of labels old or new.
   *
   * @throws ArgumentRangeError for more labels than the learner can tell apart
   */
  async addExamples(examples: ExamplesInput, options: AdditionOptions = {}): Promise<void> {
    const { limits, signal } = readOptions(ADDITION, options, 'addExamples');
    return this.#edit(signal, (known) => {
      const { rows: added, labels } = readExamples(examples, 'addExamples', known);
      const counts = { labels: labels.length, examples: known.rows.length + added.length };
      requireWithin(limits, counts, 'addExamples');
      return { labels, rows: withMore(known.rows, added) };
    });
  }

  /** Forgets examples. A label without examples is gone. */
  async removeExamples(texts: readonly string[], options: EditOptions = {}): Promise<void> {
    requireTexts(texts, 'texts', 'removeExamples');
    const { signal } = readOptions(EDIT, options, 'removeExamples');
    return this.#edit(signal, (known) => {
      const there = new Set(known.rows.map(({ text }) => text));
      const stranger = texts.find((text) => !there.has(text));
      if (stranger !== undefined) {
        throw outOfRange('texts of examples', 'texts of removeExamples', stranger);
      }
      return atLeastTwo(known, ({ text }) => !texts.includes(text), 'removeExamples');
    });
  }

  /** Forgets all examples of an owner: it adapts to the others, as if those had never been there. */
  async removeOwner(owner: string, options: EditOptions = {}): Promise<void> {
    const { signal } = readOptions(EDIT, options, 'removeOwner');
    return this.#edit(signal, (known) => withoutOwner(known, owner));
  }

  /** Forgets a label with its examples. */
  async removeLabel(label: string, options: EditOptions = {}): Promise<void> {
    const { signal } = readOptions(EDIT, options, 'removeLabel');
    return this.#edit(signal, (known) => {
      requireLabel(known, label, 'removeLabel');
      return atLeastTwo(known, (row) => row.label !== label, 'removeLabel');
    });
  }

  /** Gives a label another name. */
  async renameLabel(label: string, name: string, options: EditOptions = {}): Promise<void> {
    const { signal } = readOptions(EDIT, options, 'renameLabel');
    return this.#edit(signal, (known) => {
      requireLabel(known, label, 'renameLabel');
      requireNewName(known.labels, label, name);
      const renamed = (one: string) => (one === label ? name : one);
      return {
        labels: known.labels.map(renamed),
        rows: known.rows.map((row) => ({ ...row, label: renamed(row.label) })),
      };
    });
  }

  /** Ends the threads. */
  close(): Promise<void> {
    this.#closed ??= this.#threads.destroy();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Edits take effect one after another, once the learner has adapted to what they lead to. */
  #edit(
    signal: AbortSignal | undefined,
    change: (known: LabeledExamples) => LabeledExamples,
  ): Promise<void> {
    const edit = this.#edits.then(async () => {
      signal?.throwIfAborted();
      const next = change(this.#known);
      const version = this.#version + 1;
      await this.#run('score', { texts: [], examples: bare(next), version });
      this.#known = next;
      this.#version = version;
    });
    this.#edits = edit.catch(() => undefined);
    return edit;
  }

  #request(texts: readonly string[]) {
    return { texts, examples: bare(this.#known), version: this.#version };
  }

  async #run<K extends keyof AdaptedTasks>(
    name: K,
    input: AdaptedTasks[K]['input'],
  ): Promise<AdaptedTasks[K]['output']> {
    if (this.#closed) throw new TorchError('ERR_TORCH_DISPOSED', 'The classifier is closed');
    if (this.#threads.queueSize >= this.#maxQueue) {
      const message = `Expected at most ${this.#maxQueue} requests to wait; try again later`;
      throw new TorchError('ERR_TORCH_BUSY', message);
    }
    return runAdapted(this.#threads, name, input);
  }
}

function atLeastTwo(
  known: LabeledExamples,
  kept: (row: Example) => boolean,
  operator: string,
): LabeledExamples {
  const { labels, rows } = rowsWith(known, kept);
  requireTwo(labels, operator);
  return { labels, rows };
}

/** The rows without their owners, whom no learner needs to know. */
function bare({ rows }: LabeledExamples): LabeledText[] {
  return rows.map(({ text, label }) => ({ text, label }));
}
