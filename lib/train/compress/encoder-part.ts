import { outOfRange } from '../../errors';
import type { Context } from '../../nn';
import { SentenceEncoder } from '../../text/encoders/sentence-encoder';
import type { FixedEncoder, TrainableEncoder } from '../../text/encoders/trainable';
import { flattenTree, isTensor, type Tensor, type Tree, torch, unflattenTree } from '../../torch';
import { type AnyLearner, buildLearner, type LearnerConfig } from '../registry';
import type { MetaModel } from '../runs/model';

/** The encoder of a model, wherever its weights are. */
export type EncoderPart = {
  /** All weights that decide what texts become; the model's own tensors. */
  readonly params: Tree;
  /** For encoders of sentences: the encoder itself, which may have been trained in the model. */
  readonly fixed?: FixedEncoder | undefined;
  /** Texts to vectors, a batch at once. */
  encode(texts: readonly string[], context?: Context): Tensor;
};

/** A name that no parameter has. */
const MARK = 'encoder of the model';

/**
 * The encoder of a model.
 *
 * @throws ArgumentRangeError for a learner that does not use it as it is
 */
export function encoderPart({ facts, encoder, params }: MetaModel): EncoderPart {
  const { vectorizer, layer } = encoder;
  if (vectorizer instanceof SentenceEncoder) {
    const { kind: _, ...options } = facts.encoder;
    return ofSentences({ encoder: vectorizer, options });
  }
  const own = encoder.weights ?? partAt(params, placeOf(facts.learner, encoder));
  const fixed = encoder.fixed?.(own);
  if (fixed !== undefined) return ofSentences(fixed);
  return {
    params: own,
    encode: (texts, context) =>
      torch.scope(() => layer.apply(own, vectorizer.vectorize(texts), context)),
  };
}

function ofSentences(fixed: FixedEncoder): EncoderPart {
  const { model } = fixed.encoder;
  return {
    params: model.params,
    fixed,
    encode: (texts, context) =>
      model.embed(
        model.params,
        texts.map((text) => model.tokenize(text)),
        context,
      ),
  };
}

/** The dotted path, ending in a dot or empty, below which a learner's parameters have those of its encoder. */
function placeOf(learner: LearnerConfig, encoder: TrainableEncoder): string {
  return torch.scope(() => {
    const layer = { ...encoder.layer, init: () => ({ [MARK]: torch.zeros([1]) }) };
    const { init } = buildLearner(learner, { ...encoder, layer });
    const path = Object.keys(flattenTree(init(torch.generator(0)))).find((one) =>
      one.endsWith(MARK),
    );
    if (path !== undefined) return path.slice(0, -MARK.length);
    const expected = 'a learner that takes texts from its encoder';
    throw outOfRange(expected, 'the learner of compress', learner.kind, 'compress');
  });
}

function partAt(tree: Tree, place: string): Tree {
  return place
    .split('.')
    .filter((key) => key !== '')
    .reduce<Tree>((own, key) => (isTensor(own) ? own : (Reflect.get(own, key) as Tree)), tree);
}

/**
 * A model's parameters for its learner on another encoder: those that this learner has too, new tensors.
 *
 * @param changed tensors that stand for those of the encoder
 */
export function paramsFor(
  learner: AnyLearner,
  params: Tree,
  changed: ReadonlyMap<Tensor, Tensor>,
): Tree {
  return torch.scope(() => {
    const own = flattenTree(params);
    const like = learner.init(torch.generator(0));
    const kept = Object.keys(flattenTree(like)).flatMap((name) => {
      const tensor = own[name];
      return tensor === undefined ? [] : [[name, changed.get(tensor) ?? tensor.clone()] as const];
    });
    return unflattenTree(Object.fromEntries(kept), like);
  });
}
