import { type Json, objectOf, withMethods } from '../../check';
import { invalidArgument } from '../../errors';
import { TextClassifier, type TextModel } from '../../text';
import type { LabeledText } from '../../text/datasets/dataset';
import type { TrainableEncoder } from '../../text/encoders/trainable';
import { disposeTree, type Tree } from '../../torch';
import type { Compression } from '../compress/compression';
import {
  type AnyLearner,
  buildLearner,
  type EncoderConfig,
  encoderChoice,
  type LearnerConfig,
  learnerChoice,
  waysOf,
} from '../registry';
import { requireParams } from '../require-params';

/** What a model was made of, and how. */
export type ModelFacts = {
  readonly learner: LearnerConfig;
  readonly encoder: EncoderConfig;
  /** The config of the run that trained it, and what came of it. */
  readonly run?: { readonly [key: string]: Json } | undefined;
  /** How its encoder was made smaller, if it has been. */
  readonly compression?: Compression | undefined;
  /** The examples that it is adapted to, if it has been. */
  readonly examples?: readonly LabeledText[] | undefined;
};

const encoderOf = withMethods<TrainableEncoder>('an encoder that trains', 'dispose');

/**
 * A meta-trained learner with its encoder: what a run makes, and `loadModel` reads. It holds tensors until
 * `dispose`, or the end of a `using` block.
 *
 *     using model = await loadModel('models/banking');
 *     using classifier = model.classifier([{ text: 'my card is gone', label: 'card_lost' }, …]);
 *     const [{ label }] = classifier.predict(['where is my card?']);
 */
export class MetaModel implements TextModel<Tree, unknown, Tree> {
  readonly facts: ModelFacts;
  readonly encoder: TrainableEncoder;
  readonly learner: AnyLearner;
  readonly params: Tree;

  /**
   * The parameters and the encoder are the model's from then on.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for facts that name no learner or encoder, and for parameters of
   *   another model
   */
  constructor(facts: ModelFacts, encoder: TrainableEncoder, params: Tree) {
    const { learner, encoder: kind } = objectOf(facts, 'facts', 'MetaModel');
    learnerChoice(learner, 'facts.learner', 'MetaModel');
    encoderChoice(kind, 'facts.encoder', 'MetaModel');
    this.facts = facts;
    this.encoder = encoderOf(encoder, 'encoder', 'MetaModel');
    this.learner = buildLearner(facts.learner, encoder);
    requireParams(this.learner, params);
    this.params = params;
  }

  /** How texts become tensors for it. */
  get vectorizer(): TrainableEncoder['vectorizer'] {
    return this.encoder.vectorizer;
  }

  /** The most labels that it can tell apart; undefined if there is no limit. */
  get ways(): number | undefined {
    return waysOf(this.facts.learner);
  }

  /**
   * A classifier for labels of your own; the model must not be disposed of before.
   *
   * @param examples default: those that the model has been adapted to
   * @throws ArgumentRangeError for fewer than two labels, or more than the learner can tell apart
   */
  classifier(
    examples: readonly LabeledText[] = this.facts.examples ?? [],
  ): TextClassifier<Tree, unknown, Tree> {
    return new TextClassifier<Tree, unknown, Tree>(this, examples);
  }

  /** Frees the parameters and the encoder. */
  dispose(): void {
    disposeTree(this.params);
    this.encoder.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Refuses what is not a model, where types do not reach. */
export function requireMetaModel(model: unknown, operator: string): void {
  if (model instanceof MetaModel) return;
  throw invalidArgument('a MetaModel', `model of ${operator}`, model, operator);
}
