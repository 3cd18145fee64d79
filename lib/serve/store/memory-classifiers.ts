import { readOptions } from '../../check';
import { AdaptedClassifier } from '../adapted/adapted-classifier';
import type { MetaModelPool } from '../adapted/meta-model-pool';
import { EncoderPool } from '../encoder-pool';
import { type ExamplesInput, examplesNow } from '../examples/read-examples';
import { FewShotClassifier } from '../few-shot-classifier';
import type { Servable } from '../servable';
import { ADDITION, type AdditionOptions } from '../setup';
import { applyChange, type Change, changeNow } from './changes';
import type { Classifiers, FitSettings, Pool } from './classifiers';
import { fitClassifier, fitSignal } from './fit-classifier';
import { Turns } from './turns';
import { unknownClassifier } from './unknown-classifier';

/**
 * Classifiers that live as long as the process. Those that it is given stay the caller's to close; those
 * that it fits are its own.
 */
export class MemoryClassifiers implements Classifiers {
  readonly #classifiers: Map<string, Servable>;
  readonly #own = new Set<Servable>();
  readonly #turns = new Turns();
  readonly #given: EncoderPool | undefined;
  readonly #model: MetaModelPool | undefined;
  #opening: Promise<EncoderPool> | undefined;
  #opened: EncoderPool | undefined;

  /**
   * @param pool the threads for classifiers to come. Default: those of the first classifier, or new ones
   *   if there is none
   * @param model what classifiers to come adapt instead; closed with them. Default: none
   */
  constructor(
    classifiers: Readonly<Record<string, Servable>>,
    pool?: EncoderPool,
    model?: MetaModelPool,
  ) {
    this.#model = model;
    this.#classifiers = new Map(Object.entries(classifiers));
    this.#given = pool ?? poolsOf(Object.values(classifiers))[0];
  }

  names(): readonly string[] {
    return [...this.#classifiers.keys()];
  }

  get(name: string): Servable | undefined {
    return this.#classifiers.get(name);
  }

  pools(): readonly Pool[] {
    const own = [this.#given, this.#opened, this.#model].filter((pool) => pool !== undefined);
    const classifiers = [...this.#classifiers.values()];
    return [...new Set<Pool>([...own, ...poolsOf(classifiers), ...modelsOf(classifiers)])];
  }

  /** Takes a classifier over, to close it when it is no longer needed. */
  adopt(name: string, classifier: Servable): void {
    this.#own.add(classifier);
    this.#classifiers.set(name, classifier);
  }

  async change(name: string, change: Change, options: AdditionOptions = {}): Promise<void> {
    const own = changeNow(change);
    const read = readOptions(ADDITION, options, 'change');
    return this.#turns.run(name, () => applyChange(this.#require(name), own, read));
  }

  async put(name: string, examples: ExamplesInput, settings: FitSettings = {}): Promise<void> {
    const signal = fitSignal(settings);
    const given = examplesNow(examples);
    return this.#turns.run(name, async () => {
      signal?.throwIfAborted();
      const pool = () => this.#given ?? this.#ownPool();
      const makers = { pool, model: this.#model };
      const classifier = await fitClassifier(given, settings, makers);
      const before = this.#classifiers.get(name);
      this.#own.add(classifier);
      this.#classifiers.set(name, classifier);
      if (before) await this.#letGo(before);
    });
  }

  async remove(name: string): Promise<void> {
    return this.#turns.run(name, async () => {
      const classifier = this.#require(name);
      this.#classifiers.delete(name);
      await this.#letGo(classifier);
    });
  }

  async close(): Promise<void> {
    await this.#turns.idle();
    this.#classifiers.clear();
    await Promise.all([...this.#own].map((classifier) => this.#letGo(classifier)));
    await this.#model?.close();
    await (await this.#opening?.catch(() => undefined))?.close();
  }

  async #ownPool(): Promise<EncoderPool> {
    this.#opening ??= EncoderPool.open();
    try {
      this.#opened = await this.#opening;
      return this.#opened;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  #require(name: string): Servable {
    const classifier = this.#classifiers.get(name);
    if (classifier === undefined) throw unknownClassifier(name);
    return classifier;
  }

  async #letGo(classifier: Servable): Promise<void> {
    if (this.#own.delete(classifier)) await classifier.close();
  }
}

function poolsOf(classifiers: readonly Servable[]): EncoderPool[] {
  return classifiers.flatMap((one) => (one instanceof FewShotClassifier ? [one.pool] : []));
}

function modelsOf(classifiers: readonly Servable[]): MetaModelPool[] {
  return classifiers.flatMap((one) => (one instanceof AdaptedClassifier ? [one.model] : []));
}
