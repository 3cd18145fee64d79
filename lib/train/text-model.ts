import { join } from 'node:path';
import {
  finiteNumber,
  flag,
  fraction,
  type Json,
  jsonObject,
  literal,
  type OptionsOf,
  positiveInteger,
  readData,
  required,
  stepCount,
  strictObject,
  strictVariant,
  string,
  withDefault,
} from '../check';
import { ArgumentRangeError, TorchError } from '../errors';
import { maml, nearestClassMean, prototypical } from '../meta';
import { mlp } from '../nn';
import { meanEncoder } from '../text/encoders/mean-encoder';
import type { TextModel } from '../text/tasks/text-classifier';
import type { TokenBatch } from '../text/token-vectorizer';
import { WordTokenizer } from '../text/tokenizers/word-tokenizer';
import { Vocabulary } from '../text/vocabulary';
import { VocabularyVectorizer } from '../text/vocabulary-vectorizer';
import { disposeTree, mapTree, type Tree, torch } from '../torch';
import { CONFIG_FILE, loadCheckpoint, requireCheckpoint, saveCheckpoint } from './checkpoint';
import { configSchema } from './config-schema';

const learnerCheck = strictVariant('kind', {
  prototypical: {},
  'nearest-class-mean': {},
  maml: {
    ways: required(positiveInteger),
    innerLearningRate: required(finiteNumber),
    innerSteps: required(stepCount),
    firstOrder: withDefault(flag, false),
  },
});

const TOKENIZER = {
  locale: withDefault(string, 'en'),
  lowerCase: withDefault(flag, true),
  normalize: withDefault(flag, true),
  foldVariants: withDefault(flag, true),
  keepPunctuation: withDefault(flag, false),
};

const TEXT_MODEL = {
  learner: required(learnerCheck),
  encoder: required(
    strictObject({
      kind: required(literal('mean')),
      dimensions: required(positiveInteger),
      dropout: withDefault(fraction, 0),
    }),
  ),
  tokenizer: required(strictObject(TOKENIZER)),
  maxLength: withDefault(positiveInteger, 64),
  vocabulary: required(jsonObject),
};

const textModelCheck = strictObject(TEXT_MODEL);

// Files without this option are older than it, and keep their meaning.
const oldTokenizer = strictObject({ ...TOKENIZER, foldVariants: withDefault(flag, false) });
const savedModelCheck = strictObject({ ...TEXT_MODEL, tokenizer: required(oldTokenizer) });

/** Everything that is needed to build a text model again, but for its parameters. */
export type TextModelConfig = {
  learner:
    | { kind: 'prototypical' }
    | { kind: 'nearest-class-mean' }
    | {
        kind: 'maml';
        /** N: a MAML model has one output for each class of a task. */
        ways: number;
        innerLearningRate: number;
        innerSteps: number;
        /** Default: false. */
        firstOrder?: boolean | undefined;
      };
  /** The mean of word vectors. Default of `dropout`: 0. */
  encoder: { kind: 'mean'; dimensions: number; dropout?: number | undefined };
  /** As for `WordTokenizer`, with the same defaults. */
  tokenizer: OptionsOf<typeof TOKENIZER>;
  /** Tokens of a text beyond this many are left out. Default: 64. */
  maxLength?: number | undefined;
  /** What `Vocabulary.toJSON` returns. */
  vocabulary: { readonly [key: string]: Json };
};

/** The schema of a text model's config, for `loadCheckpoint`. */
export const textModelSchema = configSchema(textModelCheck);

/** A learner for texts without its parameters, and how texts become tensors for it. */
export type TextLearner = Omit<TextModel<Tree, unknown, TokenBatch>, 'params'>;

/**
 * Builds what a config describes.
 *
 * @throws ArgumentTypeError or ArgumentRangeError if the config does not fit `textModelSchema`, or
 *   does not hold a valid vocabulary or language
 */
export function buildTextLearner(input: TextModelConfig): TextLearner {
  const config = parseConfig(input, 'buildTextLearner');
  const vocabulary = Vocabulary.fromJSON(config.vocabulary);
  const vectorizer = new VocabularyVectorizer({
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
      return { learner: maml({ model, encoder, ...options }), vectorizer, ways };
    }
  }
}

/**
 * Saves parameters with the config that they belong to, as `saveCheckpoint` does.
 *
 * @throws ArgumentTypeError or ArgumentRangeError if the config is wrong, or the parameters are not
 *   of the model that it describes; TorchError `ERR_TORCH_FILE` if a file cannot be written
 */
export function saveTextModel(folder: string, config: TextModelConfig, params: Tree): void {
  requireParams(buildTextLearner(config).learner, params);
  saveCheckpoint(folder, { params, config: { ...parseConfig(config, 'saveTextModel') } });
}

const ADVICE = 'saveTextModel writes one; `npx metatorch demo` makes models/wordnet-prototypical';

/**
 * Loads what `saveTextModel` has saved.
 *
 * @throws TorchError `ERR_TORCH_FILE` if a file is missing, damaged, or of another kind
 */
export function loadTextModel(folder: string): TextModel<Tree, unknown, TokenBatch> {
  requireCheckpoint(string(folder, 'folder', 'loadTextModel'), 'a saved text model', ADVICE);
  const { params, config } = loadCheckpoint(folder, configSchema(savedModelCheck));
  try {
    const built = buildTextLearner(config);
    requireParams(built.learner, params);
    return { ...built, params };
  } catch (cause) {
    disposeTree(params);
    // The digest matches the parameters' file, so it is the config that does not fit.
    const path = join(folder, CONFIG_FILE);
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new TorchError(
      'ERR_TORCH_FILE',
      `Cannot load ${path}: expected the config of its model but found: ${found}`,
      { path, cause },
    );
  }
}

function parseConfig(config: TextModelConfig, operator: string): ReturnType<typeof textModelCheck> {
  return readData(textModelCheck, config, 'the config of a text model', 'config', operator);
}

/** Refuses parameters of another structure or other shapes than the learner's own. */
function requireParams(learner: TextLearner['learner'], params: Tree): void {
  torch.scope(() => {
    mapTree(
      ([own, given], path) => {
        const [expected, found] = [own, given].map(({ shape }) => `[${shape.join(', ')}]`);
        if (expected === found) return own;
        throw new ArgumentRangeError(
          `Expected shape ${expected} for the parameter '${path}' but received ${found}`,
        );
      },
      learner.init(torch.generator(0)),
      params,
    );
  });
}
