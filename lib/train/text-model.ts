import { z } from 'zod';
import { type Learner, maml, nearestClassMean, prototypical } from '../meta';
import { mlp } from '../nn';
import { meanEncoder } from '../text/encoders/mean-encoder';
import type { TextModel } from '../text/tasks/text-classifier';
import { WordTokenizer } from '../text/tokenizers/word-tokenizer';
import { type TokenBatch, Vectorizer } from '../text/vectorizer';
import { Vocabulary } from '../text/vocabulary';
import type { Tree } from '../torch';
import { loadCheckpoint, saveCheckpoint } from './checkpoint';

const positive = z.number().int().positive();

const learnerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('prototypical') }),
  z.strictObject({ kind: z.literal('nearest-class-mean') }),
  z.strictObject({
    kind: z.literal('maml'),
    /** N: a MAML model has one output for each class of a task. */
    ways: positive,
    innerLearningRate: z.number(),
    innerSteps: z.number().int().nonnegative(),
    firstOrder: z.boolean().default(false),
  }),
]);

/** Everything that is needed to build a text model again, but for its parameters. */
export const textModelSchema = z.strictObject({
  learner: learnerSchema,
  encoder: z.strictObject({
    kind: z.literal('mean'),
    dimensions: positive,
    dropout: z.number().min(0).max(1).default(0),
  }),
  tokenizer: z.strictObject({
    locale: z.string().default('en'),
    lowerCase: z.boolean().default(true),
    normalize: z.boolean().default(true),
    keepPunctuation: z.boolean().default(false),
  }),
  /** Tokens of a text beyond this many are left out. */
  maxLength: positive.default(64),
  vocabulary: z.record(z.string(), z.json()),
});

export type TextModelConfig = z.input<typeof textModelSchema>;

/** A learner for texts without its parameters, and how texts become tensors for it. */
export type TextLearner = {
  learner: Learner<Tree, unknown, TokenBatch>;
  vectorizer: Vectorizer;
};

/**
 * Builds what a config describes.
 *
 * @throws ZodError if the config does not fit `textModelSchema`
 */
export function buildTextLearner(input: TextModelConfig): TextLearner {
  const config = textModelSchema.parse(input);
  const vocabulary = Vocabulary.fromJSON(config.vocabulary);
  const vectorizer = new Vectorizer({
    tokenizer: new WordTokenizer(config.tokenizer),
    vocabulary,
    maxLength: config.maxLength,
  });
  const { dimensions, dropout } = config.encoder;
  const encoder = meanEncoder({ vocabularySize: vocabulary.size, dimensions, dropout });
  const { learner } = config;
  switch (learner.kind) {
    case 'prototypical':
      return { learner: prototypical({ encoder }), vectorizer };
    case 'nearest-class-mean':
      return { learner: nearestClassMean({ encoder }), vectorizer };
    case 'maml': {
      const { kind: _, ways, ...options } = learner;
      const model = mlp({ sizes: [dimensions, ways] });
      return { learner: maml({ model, encoder, ...options }), vectorizer };
    }
  }
}

/** Saves parameters with the config that they belong to, as `saveCheckpoint` does. */
export function saveTextModel(folder: string, config: TextModelConfig, params: Tree): void {
  saveCheckpoint(folder, { params, config: { ...textModelSchema.parse(config) } });
}

/**
 * Loads what `saveTextModel` has saved.
 *
 * @throws TorchError `ERR_TORCH_FILE` if a file is missing, damaged, or not of this kind
 */
export function loadTextModel(folder: string): TextModel<Tree, unknown> {
  const { params, config } = loadCheckpoint(folder, textModelSchema);
  return { ...buildTextLearner(config), params };
}
