// One class with the documentation of all its methods, and hence longer than other files; what the methods do
// stands in the files around.

import { resolve } from 'node:path';
import { positiveInteger, readOptions, readTexts, requireTexts, string } from '../check';
import { outOfRange, TorchError } from '../errors';
import { exportOnnx } from '../text';
import { disposeTree, type Tensor, torch } from '../torch';
import { requireLabel, requireNewName, requireTwo, rowsWith, withoutOwner } from './edits';
import { EncoderPool } from './encoder-pool';
import { Engine } from './engine';
import { withMore } from './examples/known-texts';
import {
  type Example,
  type ExamplesInput,
  examplesNow,
  type LabeledExamples,
  readExamples,
} from './examples/read-examples';
import { warnOfUnknownExamples } from './examples/unknown-examples';
import {
  EXPLAIN,
  type ExplainOptions,
  type Explanation,
  explanationOf,
  likeliest,
} from './explain/explanation';
import { withoutWord, wordsOf } from './explain/words';
import type { FitOptions } from './fitted';
import { folderName, makeFolder, poolFor, requireOwnFolder, requireSameEncoder } from './folders';
import { givesSeveral, type HeadName } from './heads';
import { linearHead } from './heads/linear-head';
import type { HeldOutAnswer } from './held-out-answers';
import { Knowledge } from './knowledge';
import { requireWithin } from './limits';
import { type Place, type PlacedExample, placesOn } from './places';
import type { EncoderPoolOptions } from './pool-options';
import { type Neighbor, nearestRows, onlyOne, type Prediction, predictionsOf } from './prediction';
import { readEncoderOf, type Saved } from './saved-classifier';
import {
  ADDITION,
  type AdditionOptions,
  EDIT,
  type EditOptions,
  type FewShotOptions,
  LOAD,
  type LoadOptions,
  newRows,
  REFIT,
  REQUEST,
  type RefitOptions,
  readAtLeastTwo,
  readSetup,
  requireHead,
  type Setup,
  textsOf,
} from './setup';
import type { Suspect } from './suspects';
import { readTuning, type TuneOptions, type TuneReport } from './tuning/tune-options';
import { encoderFor, type Tuned } from './tuning/tuned';
import type { JobOptions } from './workers/job-queue';
import type { RequestOptions } from './workers/request-queue';
import { releaseAll, shareAll } from './workers/shared-tree';

/**
 * A classifier of texts from a few examples of each label, which learns while it serves.
 *
 *     await using classifier = await FewShotClassifier.fit({
 *       card_lost: ['I lost my card', 'my card is gone'],
 *       top_up: ['how do I add money', 'top up my account'],
 *     });
 *     const { label, probability, nearest } = await classifier.predict('where is my card?');
 *
 * What returns a promise works in threads and never blocks the event loop; its twin that ends in `Sync` works
 * on the calling thread. Edits take effect one after another, each as a whole: a prediction is made from the
 * examples before or after an edit.
 */
export class FewShotClassifier {
  readonly #pool: EncoderPool;
  readonly #owned: boolean;
  readonly #options: FitOptions;
  readonly #engine: Engine;
  #knowledge: Knowledge;
  #edits: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  private constructor(setup: Setup, knowledge: Knowledge) {
    this.#pool = setup.pool;
    this.#owned = setup.owned;
    this.#options = setup.options;
    this.#engine = new Engine(setup.pool.encoder);
    this.#knowledge = knowledge;
  }

  /**
   * Fits a classifier to examples: `{ label: [text, …] }`, rows `{ text, label }`, or a data set. Every label
   * weighs the same, however many examples it has.
   *
   * @throws ArgumentTypeError or ArgumentRangeError, which names the example, for fewer than two labels,
   *   empty texts, labels that differ in case alone, a text under two labels, more labels or examples than
   *   `limits` allow, and wrong options; the signal's reason once it is aborted;
   *   TorchError `ERR_TORCH_FILE` if the encoder cannot be loaded
   */
  static async fit(
    examples: ExamplesInput,
    options: FewShotOptions = {},
  ): Promise<FewShotClassifier> {
    const operator = 'FewShotClassifier.fit';
    const { pool, options: fit, poolOptions, texts, limits, signal } = readSetup(options, operator);
    const reading = { texts, limits, head: fit.head };
    const { labels, rows } = readAtLeastTwo(examples, reading, operator);
    return FewShotClassifier.#on(pool, poolOptions, async (own) => {
      requireHead(fit.head, own.encoder, operator);
      const core = await own.fit(newRows(labels, rows, fit), { signal });
      warnOfUnknownExamples(core, own.encoder.name);
      return { labels, rows, core, options: fit };
    });
  }

  /** As `fit`, on the calling thread. */
  static fitSync(examples: ExamplesInput, options: FewShotOptions = {}): FewShotClassifier {
    const operator = 'FewShotClassifier.fitSync';
    const { pool, options: fit, poolOptions, texts, limits } = readSetup(options, operator);
    const reading = { texts, limits, head: fit.head };
    const { labels, rows } = readAtLeastTwo(examples, reading, operator);
    const own = pool ?? EncoderPool.openSync(poolOptions);
    try {
      requireHead(fit.head, own.encoder, operator);
      using engine = new Engine(own.encoder);
      const core = engine.fit(newRows(labels, rows, fit));
      warnOfUnknownExamples(core, own.encoder.name);
      const setup = { pool: own, owned: pool === undefined, options: fit };
      return new FewShotClassifier(setup, new Knowledge(labels, rows, core));
    } catch (error) {
      if (pool === undefined) void own.close();
      throw error;
    }
  }

  /**
   * Loads what `save` wrote. The encoder is not in the folder: it is loaded from where it was then, or is
   * that of `pool`.
   *
   * @throws TorchError `ERR_TORCH_FILE` if a file is missing, damaged or foreign, or the encoder is not the
   *   one that the classifier was made with
   */
  static async load(folder: string, options: LoadOptions = {}): Promise<FewShotClassifier> {
    const { pool } = readOptions(LOAD, options, 'FewShotClassifier.load');
    const path = resolve(string(folder, 'folder', 'FewShotClassifier.load'));
    const encoder = readEncoderOf(path);
    return FewShotClassifier.#on(pool, poolFor(encoder), (own) => {
      requireSameEncoder(path, encoder, own.encoder);
      return own.loadClassifier(path);
    });
  }

  /** A classifier of what `make` gives, on a pool that is given, or opened for it alone. */
  static async #on(
    pool: EncoderPool | undefined,
    poolOptions: EncoderPoolOptions,
    make: (pool: EncoderPool) => Promise<Omit<Saved, 'encoder'>>,
  ): Promise<FewShotClassifier> {
    const own = pool ?? (await EncoderPool.open(poolOptions));
    try {
      const { labels, rows, core, options } = await make(own);
      const setup = { pool: own, owned: pool === undefined, options };
      return new FewShotClassifier(setup, new Knowledge(labels, rows, core));
    } catch (error) {
      if (pool === undefined) await own.close();
      throw error;
    }
  }

  /**
   * Saves everything but the encoder into a folder, which is made if it is not there. A crash at any time
   * leaves what was saved before, or this. The folder holds the texts of the examples.
   *
   * @throws TorchError `ERR_TORCH_FILE` if a file cannot be written, or the folder holds another model, which
   *   would be replaced
   */
  async save(folder: string): Promise<void> {
    const path = resolve(folderName(folder, 'folder', 'save'));
    requireOwnFolder(path);
    await makeFolder(path);
    const { name, fingerprint, spec } = this.#pool.encoder;
    const knowledge = this.#current();
    const { labels, rows, shared: core } = knowledge;
    const encoder = { name, fingerprint, spec };
    const saved = { encoder, options: this.#options, labels, rows, core };
    await knowledge.use(() => this.#pool.saveClassifier(path, saved, { owner: this }));
  }

  /**
   * Writes the encoder and the head as one file for ONNX Runtime and others, on the calling thread: token
   * ids to `scores` and `probabilities` of the labels, which are in the metadata. See `text.exportOnnx`.
   *
   * @throws ArgumentTypeError for an encoder that is not of BERT's family, or a head that is not linear,
   *   which is `nearest-examples`; TorchError `ERR_TORCH_FILE` if the file cannot be written
   */
  exportOnnxSync(file: string): void {
    const { labels, core } = this.#current();
    const encoder = encoderFor(this.#pool.encoder, core.tuned);
    torch.scope(() => {
      const head = linearHead(core.fitted, labels, encoder.dimensions, 'exportOnnxSync');
      exportOnnx(file, encoder, { head });
    });
  }

  /** The labels, in the order of their first example. */
  get labels(): readonly string[] {
    return this.#current().labels;
  }

  /** The examples, in their order. */
  get examples(): readonly Example[] {
    return this.#current().rows;
  }

  /**
   * The examples of which the encoder knows no token: their vectors say nothing, and texts of other words are
   * like them. To fit them, or add them, is a warning `METATORCH_UNKNOWN_EXAMPLES`.
   */
  get unknownExamples(): readonly Example[] {
    const { rows, core } = this.#current();
    return rows.filter((_, row) => core.known[row] === 0);
  }

  /** The head that tells labels apart. */
  get head(): HeadName {
    return this.#current().core.fitted.head;
  }

  /** The share of examples that the head got right without having seen them; null if no label has two. */
  get heldOutAccuracy(): number | null {
    return this.#current().core.fitted.accuracy;
  }

  /** The encoder's threads. */
  get pool(): EncoderPool {
    return this.#pool;
  }

  /**
   * The prediction for a text, or those of texts, in their order.
   *
   * @throws ArgumentTypeError for what is not a text; TorchError `ERR_TORCH_BUSY` if too many texts wait
   *   already, `ERR_TORCH_TIMEOUT` after the timeout, `ERR_TORCH_DISPOSED` after `close`; the signal's
   *   reason once it is aborted
   */
  predict(text: string, options?: RequestOptions): Promise<Prediction>;
  predict(texts: readonly string[], options?: RequestOptions): Promise<Prediction[]>;
  async predict(
    input: string | readonly string[],
    options: RequestOptions = {},
  ): Promise<Prediction | Prediction[]> {
    const texts = textsOf(input, 'predict');
    const request = readOptions(REQUEST, options, 'predict');
    const knowledge = this.#current();
    const predictions = await knowledge.use(async () => {
      const { known, scored } = await this.#pool.predict(texts, knowledge.scorer, request);
      return predictionsOf(texts, known, scored, knowledge);
    });
    return typeof input === 'string' ? onlyOne(predictions) : predictions;
  }

  /** As `predict`, on the calling thread. */
  predictSync(text: string): Prediction;
  predictSync(texts: readonly string[]): Prediction[];
  predictSync(input: string | readonly string[]): Prediction | Prediction[] {
    const texts = textsOf(input, 'predictSync');
    const knowledge = this.#current();
    const parts = [{ scorer: knowledge.core, count: texts.length }];
    const { known, parts: scored } = this.#engine.predict({ texts, parts });
    const predictions = scored.flatMap((one) => predictionsOf(texts, known, one, knowledge));
    return typeof input === 'string' ? onlyOne(predictions) : predictions;
  }

  /** The vectors `[n, D]` of texts, the caller's to dispose of. */
  async embed(texts: readonly string[]): Promise<Tensor> {
    requireTexts(texts, 'texts', 'embed');
    const knowledge = this.#current();
    const own = { owner: this };
    return knowledge.use(() => this.#pool.encode(texts, own, knowledge.scorer));
  }

  /** The examples nearest to a text, the nearest first. Default: 10. */
  async similar(text: string, count = 10): Promise<Neighbor[]> {
    positiveInteger(count, 'count', 'similar');
    const knowledge = this.#current();
    return knowledge.use(async () => {
      const texts = textsOf(string(text, 'text', 'similar'), 'similar');
      const vectors = await this.#pool.encode(texts, { owner: this }, knowledge.scorer);
      try {
        return nearestRows(knowledge, vectors, count);
      } finally {
        vectors.dispose();
      }
    });
  }

  /**
   * The examples that a head which has not seen them gives another label, the surest first: they may be
   * mislabeled, or their labels hard to tell apart. Of many examples, about 512 are looked at.
   */
  async suspects(): Promise<Suspect[]> {
    const knowledge = this.#current();
    const found = await knowledge.use(() =>
      this.#pool.suspects(knowledge.shared, this.#job(knowledge)),
    );
    return found.flatMap(({ row, label, probability }) => {
      const likely = knowledge.labels[label];
      const example = knowledge.rows[row];
      if (example === undefined || likely === undefined) return [];
      return [{ text: example.text, label: example.label, likely, probability }];
    });
  }

  /**
   * Why a text has its most probable label: the nearest examples, what leaving out each word does, and how much each
   * word adds by integrated gradients, where the encoder has a table of vectors of tokens.
   *
   * @throws ArgumentRangeError for a text of more than 500 words
   */
  async explain(text: string, options: ExplainOptions = {}): Promise<Explanation> {
    const { steps } = readOptions(EXPLAIN, options, 'explain');
    const words = wordsOf(string(text, 'text', 'explain'), 'explain');
    const knowledge = this.#current();
    const texts = [text, ...words.map((word) => withoutWord(text, word))];
    return knowledge.use(async () => {
      const { known, scored } = await this.#pool.predict(texts, knowledge.scorer, {});
      const [own, ...fewer] = predictionsOf(texts, known, scored, knowledge);
      const prediction = onlyOne(own === undefined ? [] : [own]);
      const input = { text, words, label: likeliest(prediction).place, steps };
      const gradients =
        steps === 0 || words.length === 0
          ? null
          : await this.#pool.attribute(knowledge.scorer, input, { owner: this });
      return explanationOf(prediction, words, fewer, gradients);
    });
  }

  /**
   * What the classifier would say of its examples if it had not seen them, of labels with two at least: by this a
   * threshold can be chosen, see `Assistant`. Of many examples, about 512 are looked at.
   *
   * @throws ArgumentRangeError after `fineTune`, whose encoder has seen all of them
   */
  async heldOut(): Promise<HeldOutAnswer[]> {
    const knowledge = this.#current();
    const job = this.#job(knowledge);
    const found = await knowledge.use(() => this.#pool.heldOut(knowledge.shared, job));
    return found.flatMap(({ row, label, probability, known }) => {
      const [example, likely] = [knowledge.rows[row], knowledge.labels[label]];
      if (example === undefined || likely === undefined) return [];
      const predicted = known ? likely : null;
      return [{ text: example.text, label: example.label, predicted, probability }];
    });
  }

  /**
   * The unlabelled texts whose label would teach most, the first first: those that the classifier is unsure of,
   * `doubt` near 1, unlike the examples and unlike each other. Texts of which the encoder knows no token teach it
   * nothing, and are left out. Default: 10 of them.
   */
  async labelNext(
    texts: readonly string[],
    count = 10,
  ): Promise<{ text: string; doubt: number }[]> {
    const distinct = [...new Set(readTexts(texts, 'texts', 'labelNext'))];
    positiveInteger(count, 'count', 'labelNext');
    const knowledge = this.#current();
    const found = await knowledge.use(() =>
      this.#pool.informative(knowledge.scorer, distinct, count, { owner: this }),
    );
    return found.map(({ text, doubt }) => ({ text: distinct[text] ?? '', doubt }));
  }

  /**
   * The examples, at most 500 of them, and texts on a plane: by the first two principal components of the
   * examples' vectors, with the distance 1 for the example farthest from the middle.
   */
  async plane(
    texts: readonly string[] = [],
    options: EditOptions = {},
  ): Promise<{ examples: PlacedExample[]; texts: Place[] }> {
    const read = readTexts(texts, 'texts', 'plane');
    const { signal } = readOptions(EDIT, options, 'plane');
    const knowledge = this.#current();
    return knowledge.use(async () => {
      const plane = await this.#pool.plane(knowledge.scorer, read, { owner: this, signal });
      return placesOn(plane, knowledge.rows);
    });
  }

  /**
   * Learns more examples, of labels old or new. Those that are there already count once. The kind of head
   * stays; `refit` chooses anew.
   *
   * @throws as `fit`
   */
  async addExamples(examples: ExamplesInput, options: AdditionOptions = {}): Promise<void> {
    const given = examplesNow(examples);
    readExamples(given, 'addExamples', undefined, givesSeveral(this.head));
    const { limits, signal } = readOptions(ADDITION, options, 'addExamples');
    return this.#edit(signal, async (knowledge) => {
      const several = givesSeveral(knowledge.core.fitted.head);
      const read = readExamples(given, 'addExamples', knowledge, several);
      const { rows: added, labels } = read;
      if (added.length === 0) return knowledge;
      const { length } = knowledge.rows;
      const counts = { labels: labels.length, examples: length + added.length };
      requireWithin(limits, counts, 'addExamples');
      const more = newRows(labels, added, this.#options);
      const job = { owner: this, size: counts.examples, signal };
      const core = await this.#pool.grow(knowledge.shared, more, job);
      warnOfUnknownExamples(core, this.#pool.encoder.name, length);
      return new Knowledge(labels, withMore(knowledge.rows, added), core);
    });
  }

  /** Learns a new label. @throws as `fit`; ArgumentRangeError if the label is there already */
  async addLabel(
    label: string,
    texts: readonly string[],
    options: AdditionOptions = {},
  ): Promise<void> {
    string(label, 'label', 'addLabel');
    if (this.labels.includes(label)) throw outOfRange('a new label', 'label of addLabel', label);
    return this.addExamples({ [label]: texts }, options);
  }

  /**
   * Forgets examples. A label without examples is gone.
   *
   * @throws ArgumentRangeError for a text that is no example, or if fewer than two labels were left
   */
  async removeExamples(texts: readonly string[], options: EditOptions = {}): Promise<void> {
    const gone = new Set(readTexts(texts, 'texts', 'removeExamples'));
    const { signal } = readOptions(EDIT, options, 'removeExamples');
    return this.#edit(signal, (knowledge) => {
      const known = new Set(knowledge.rows.map(({ text }) => text));
      for (const text of gone) {
        if (known.has(text)) continue;
        throw outOfRange('texts of examples', 'texts of removeExamples', text);
      }
      const kept = ({ text }: Example): boolean => !gone.has(text);
      return this.#narrowed(knowledge, kept, 'removeExamples', signal);
    });
  }

  /**
   * Forgets all examples of an owner. The others are encoded and fitted anew by the options of `fit`, and an
   * encoder that `fineTune` made is given up, so that the classifier is, to the bit, the one that `fit` makes
   * of them: nothing depends on what is forgotten.
   *
   * @throws ArgumentRangeError for an owner of no example, or if fewer than two labels were left
   */
  async removeOwner(owner: string, options: EditOptions = {}): Promise<void> {
    const { signal } = readOptions(EDIT, options, 'removeOwner');
    return this.#edit(signal, async (knowledge) => {
      const { labels, rows } = withoutOwner(knowledge, owner);
      const made = newRows(labels, rows, this.#options);
      return new Knowledge(labels, rows, await this.#pool.fit(made, this.#job({ rows }, signal)));
    });
  }

  /** Forgets a label with its examples. @throws ArgumentRangeError if it is not there, or one of two */
  async removeLabel(label: string, options: EditOptions = {}): Promise<void> {
    const { signal } = readOptions(EDIT, options, 'removeLabel');
    return this.#edit(signal, (knowledge) => {
      requireLabel(knowledge, label, 'removeLabel');
      return this.#narrowed(knowledge, (row) => row.label !== label, 'removeLabel', signal);
    });
  }

  /**
   * Gives a label another name, which heads that make use of names read.
   *
   * @throws ArgumentRangeError if it is not there, or the name is taken
   */
  async renameLabel(label: string, name: string, options: EditOptions = {}): Promise<void> {
    const { signal } = readOptions(EDIT, options, 'renameLabel');
    return this.#edit(signal, async (knowledge) => {
      requireLabel(knowledge, label, 'renameLabel');
      requireNewName(knowledge.labels, label, name);
      const rename = (one: string): string => (one === label ? name : one);
      if (knowledge.core.names === undefined) return knowledge.renamed(rename);
      const rows = knowledge.rows.map((row) => ({ ...row, label: rename(row.label) }));
      const { head } = knowledge.core.fitted;
      return this.#fitted(knowledge, { labels: knowledge.labels.map(rename), rows }, head, signal);
    });
  }

  /** Fits all examples anew: by the head named, or the one that is best on held-out examples. */
  async refit(options: RefitOptions = {}): Promise<void> {
    const { head } = readOptions(REFIT, options, 'refit');
    requireHead(head, this.#pool.encoder, 'refit');
    return this.#edit(undefined, async (knowledge) => {
      // A head that gives one label cannot learn from a text of two.
      if (!givesSeveral(head)) readExamples(knowledge.rows, 'refit');
      return this.#fitted(knowledge, knowledge, head, undefined);
    });
  }

  /**
   * Trains the encoder on the examples by contrast, so that texts of one label come near each other, in a
   * thread beside the requests. It takes minutes. A fifth of the examples is held out; the classifier takes
   * the trained encoder over if that is right on more of them than the one that it has from the pool. Other
   * classifiers of the pool keep theirs.
   *
   * The encoder keeps what it learned of examples that are removed later; `resetEncoder` forgets it.
   *
   * @throws ArgumentRangeError for an encoder without layers or in another precision than float32, too few
   *   examples to hold some out, and wrong options; the signal's reason once it is aborted
   */
  async fineTune(options: TuneOptions = {}): Promise<TuneReport> {
    const knowledge = this.#current();
    const { input, thread } = readTuning(knowledge, options, this.#options);
    const { tuned, before, after } = await knowledge.use(() => this.#pool.tune(input, thread));
    if (tuned !== undefined) await this.#encodeBy(tuned);
    return { before, after, adopted: tuned !== undefined };
  }

  /** Goes back to the pool's encoder after `fineTune`. */
  resetEncoder(): Promise<void> {
    return this.#encodeBy(undefined);
  }

  /** Whether the encoder was fine-tuned on the examples. */
  get fineTuned(): boolean {
    return this.#current().core.tuned !== undefined;
  }

  /** Waits for edits under way, then frees everything; also the threads, if they are its own. */
  close(): Promise<void> {
    this.#closed ??= this.#edits.then(async () => {
      this.#knowledge.release();
      if (this.#owned) await this.#pool.close();
    });
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #current(): Knowledge {
    if (!this.#closed) return this.#knowledge;
    throw new TorchError('ERR_TORCH_DISPOSED', 'The classifier is closed');
  }

  /** Runs an edit after those before it, and puts what it makes in the place of what was. */
  #edit(
    signal: AbortSignal | undefined,
    change: (knowledge: Knowledge) => Promise<Knowledge>,
  ): Promise<void> {
    this.#current();
    const edit = this.#edits.then(async () => {
      signal?.throwIfAborted();
      const before = this.#knowledge;
      const after = await change(before);
      if (after === before) return;
      this.#knowledge = after;
      before.release();
    });
    this.#edits = edit.catch(() => undefined);
    return edit;
  }

  /** Makes everything anew with another encoder, which is the classifier's to dispose of. */
  async #encodeBy(tuned: Tuned | undefined): Promise<void> {
    const shared = tuned && shareAll(tuned);
    try {
      await this.#edit(undefined, async ({ labels, rows, core }) => {
        const head = tuned === undefined ? core.fitted.head : 'auto';
        const made = newRows(labels, rows, { ...this.#options, head });
        const job = this.#job({ rows });
        return new Knowledge(labels, rows, await this.#pool.fit(made, job, shared));
      });
    } finally {
      releaseAll(shared);
      disposeTree(tuned?.params);
    }
  }

  /** The same examples, whose labels may have other names, fitted anew. */
  async #fitted(
    knowledge: Knowledge,
    { labels, rows }: LabeledExamples,
    head: HeadName | 'auto',
    signal: AbortSignal | undefined,
  ): Promise<Knowledge> {
    const { y, names, options } = newRows(labels, rows, { ...this.#options, head });
    const kept = { rows: [...rows.keys()], y, labels: labels.length, names, options };
    const job = this.#job({ rows }, signal);
    return new Knowledge(labels, rows, await this.#pool.narrow(knowledge.shared, kept, job));
  }

  async #narrowed(
    knowledge: Knowledge,
    kept: (row: Example) => boolean,
    operator: string,
    signal: AbortSignal | undefined,
  ): Promise<Knowledge> {
    const { places, rows, labels } = rowsWith(knowledge, kept);
    requireTwo(labels, operator);
    const { head } = knowledge.core.fitted;
    const { y, options } = newRows(labels, rows, { ...this.#options, head });
    const fewer = { rows: places, y, labels: labels.length, options };
    const job = this.#job({ rows }, signal);
    return new Knowledge(labels, rows, await this.#pool.narrow(knowledge.shared, fewer, job));
  }

  /** Work on all examples, of this classifier. */
  #job({ rows }: { rows: readonly Example[] }, signal?: AbortSignal): JobOptions {
    return { owner: this, size: rows.length, signal };
  }
}
