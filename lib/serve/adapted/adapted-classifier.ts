import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { readOptions, readTexts, string } from '../../check';
import { TorchError } from '../../errors';
import { requireTwo, withoutOwner } from '../edits';
import {
  type Example,
  type ExamplesInput,
  examplesNow,
  type LabeledExamples,
  readExamples,
} from '../examples/read-examples';
import { requireWithin } from '../limits';
import { placesOn } from '../places';
import { onlyOne, type Prediction } from '../prediction';
import type { Servable } from '../servable';
import {
  ADDITION,
  type AdditionOptions,
  countsOf,
  EDIT,
  type EditOptions,
  REQUEST,
  textsOf,
} from '../setup';
import type { AdaptedRequest, AdaptedTasks } from '../workers/adapted-tasks';
import type { RequestOptions } from '../workers/request-queue';
import { withinTime } from '../workers/within-time';
import { ADAPT, type AdaptOptions } from './adapt-options';
import { ADAPTED_OPTIONS, type AdaptedOptions } from './adapted-options';
import { adaptedPrediction } from './adapted-prediction';
import {
  bare,
  inOrder,
  withExamples,
  withNewName,
  withoutExamples,
  withoutLabel,
} from './example-edits';
import { MetaModelPool, requireAdapted } from './meta-model-pool';

/**
 * A meta-trained model, adapted to examples, that answers in threads: what `metatorch adapt` saved.
 *
 *     await using classifier = await AdaptedClassifier.load('models/cards');
 *     const [{ label }] = await classifier.predict(['where is my card?']);
 *
 * It learns new examples by adapting anew. A learner with a fixed number of outputs refuses more labels than
 * it has. Its predictions always name a label, but for empty texts, and no nearest examples.
 */
export class AdaptedClassifier implements Servable {
  readonly #model: MetaModelPool;
  readonly #owned: boolean;
  /** By which the model's threads tell its classifiers apart. */
  readonly #key = randomUUID();
  #known: LabeledExamples;
  /** Counts all edits that were begun, so that no two lists of examples have the same number. */
  #begun = 0;
  #version = 0;
  #edits: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  private constructor(model: MetaModelPool, owned: boolean, known: LabeledExamples) {
    this.#model = model;
    this.#owned = owned;
    this.#known = inOrder(known);
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
    const settings = readOptions(ADAPTED_OPTIONS, options, operator);
    const model = await MetaModelPool.open(path, settings);
    try {
      requireAdapted(path, model.examples);
      return await AdaptedClassifier.#of(model, true, readExamples(model.examples, operator));
    } catch (error) {
      await model.close();
      throw error;
    }
  }

  /**
   * Adapts a model to examples: `{ label: [text, …] }`, rows `{ text, label }`, or a data set.
   *
   * @throws ArgumentTypeError or ArgumentRangeError, which names the example, for fewer than two labels, empty
   *   texts, a text under two labels, more labels than the learner can tell apart, more labels or examples than
   *   `limits` allow, and wrong options; the signal's reason once it is aborted
   */
  static async adapt(examples: ExamplesInput, options: AdaptOptions): Promise<AdaptedClassifier> {
    const operator = 'AdaptedClassifier.adapt';
    const { model, limits, signal } = readOptions(ADAPT, options, operator);
    const known = readExamples(examples, operator);
    requireTwo(known.labels, operator);
    requireWithin(limits, countsOf(known), operator);
    signal?.throwIfAborted();
    return AdaptedClassifier.#of(model, false, known);
  }

  /** Adapts, so that whatever is wrong is wrong now. */
  static async #of(
    model: MetaModelPool,
    owned: boolean,
    known: LabeledExamples,
  ): Promise<AdaptedClassifier> {
    const classifier = new AdaptedClassifier(model, owned, known);
    await classifier.predict([]);
    return classifier;
  }

  /** The model that it adapts. */
  get model(): MetaModelPool {
    return this.#model;
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
    return this.#model.title;
  }

  /** Always null: nothing is held out. */
  get heldOutAccuracy(): null {
    return null;
  }

  /**
   * The prediction for a text, or those of texts, in their order.
   *
   * @throws ArgumentTypeError for what is not a text; TorchError `ERR_TORCH_BUSY` if too many requests wait,
   *   `ERR_TORCH_TIMEOUT` after the timeout, `ERR_TORCH_DISPOSED` after `close`; the signal's reason
   */
  predict(text: string, options?: RequestOptions): Promise<Prediction>;
  predict(texts: readonly string[], options?: RequestOptions): Promise<Prediction[]>;
  async predict(
    input: string | readonly string[],
    options: RequestOptions = {},
  ): Promise<Prediction | Prediction[]> {
    const texts = textsOf(input, 'predict');
    const request = readOptions(REQUEST, options, 'predict');
    const { labels } = this.#known;
    const scores = await withinTime(this.#run('score', this.#request(texts)), request);
    const predictions = texts.map((text, i) => adaptedPrediction(text, labels, scores[i] ?? []));
    return typeof input === 'string' ? onlyOne(predictions) : predictions;
  }

  /** Examples and texts on a plane: those whose labels are as probable are near each other. */
  async plane(texts: readonly string[] = [], options: EditOptions = {}) {
    const read = readTexts(texts, 'texts', 'plane');
    const { rows } = this.#known;
    const request = readOptions(EDIT, options, 'plane');
    return placesOn(await withinTime(this.#run('plane', this.#request(read)), request), rows);
  }

  /**
   * Learns more examples, of labels old or new.
   *
   * @throws ArgumentRangeError for more labels than the learner can tell apart
   */
  async addExamples(examples: ExamplesInput, options: AdditionOptions = {}): Promise<void> {
    const given = examplesNow(examples);
    const { limits, signal } = readOptions(ADDITION, options, 'addExamples');
    return this.#edit(signal, (known) => withExamples(known, given, limits));
  }

  /** Forgets examples. A label without examples is gone. */
  async removeExamples(texts: readonly string[], options: EditOptions = {}): Promise<void> {
    const gone = readTexts(texts, 'texts', 'removeExamples');
    const { signal } = readOptions(EDIT, options, 'removeExamples');
    return this.#edit(signal, (known) => withoutExamples(known, gone));
  }

  /** Forgets all examples of an owner: it adapts to the others, as if those had never been there. */
  async removeOwner(owner: string, options: EditOptions = {}): Promise<void> {
    const { signal } = readOptions(EDIT, options, 'removeOwner');
    return this.#edit(signal, (known) => withoutOwner(known, owner));
  }

  /** Forgets a label with its examples. */
  async removeLabel(label: string, options: EditOptions = {}): Promise<void> {
    const { signal } = readOptions(EDIT, options, 'removeLabel');
    return this.#edit(signal, (known) => withoutLabel(known, label));
  }

  /** Gives a label another name. */
  async renameLabel(label: string, name: string, options: EditOptions = {}): Promise<void> {
    const { signal } = readOptions(EDIT, options, 'renameLabel');
    return this.#edit(signal, (known) => withNewName(known, label, name));
  }

  /** Waits for edits under way; ends the threads, unless others adapt the model as well. */
  close(): Promise<void> {
    this.#closed ??= this.#owned ? this.#model.close() : this.#edits.then(() => undefined);
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
      const next = inOrder(change(this.#known));
      const version = ++this.#begun;
      await this.#run('score', { ...this.#request([]), examples: bare(next), version });
      this.#known = next;
      this.#version = version;
    });
    this.#edits = edit.catch(() => undefined);
    return edit;
  }

  #request(texts: readonly string[]): AdaptedRequest {
    const [key, version] = [this.#key, this.#version];
    return { texts, examples: bare(this.#known), key, version };
  }

  async #run<K extends 'score' | 'plane'>(
    name: K,
    input: AdaptedRequest,
  ): Promise<AdaptedTasks[K]['output']> {
    if (this.#closed) throw new TorchError('ERR_TORCH_DISPOSED', 'The classifier is closed');
    return this.#model.run(name, input);
  }
}
