import {
  flag,
  fraction,
  type Json,
  jsonObject,
  literal,
  type OptionsOf,
  oneOf,
  positiveInteger,
  readData,
  required,
  strictObject,
  string,
  withDefault,
} from '../check';
import { meanEncoder } from '../text/encoders/mean-encoder';
import type { TextModel } from '../text/tasks/text-classifier';
import type { TokenBatch } from '../text/token-vectorizer';
import { CHINESE } from '../text/tokenizers/han-words';
import { WordTokenizer } from '../text/tokenizers/word-tokenizer';
import { Vocabulary } from '../text/vocabulary';
import { VocabularyVectorizer } from '../text/vocabulary-vectorizer';
import { disposeTree, type Tree } from '../torch';
import { asJson } from './as-json';
import { loadCheckpoint, requireCheckpoint, saveCheckpoint, unfitConfig } from './checkpoint';
import { configSchema } from './config-schema';
import { buildLearner, type LearnerInput, learnerChoice, waysOf } from './registry';
import { requireParams } from './require-params';

const TOKENIZER = {
  locale: withDefault(string, 'en'),
  lowerCase: withDefault(flag, true),
  normalize: withDefault(flag, true),
  foldVariants: withDefault(flag, true),
  keepPunctuation: withDefault(flag, false),
  chinese: withDefault(oneOf(...CHINESE), 'words'),
};

const TEXT_MODEL = {
  learner: required(learnerChoice),
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
export const savedModelCheck = strictObject({ ...TEXT_MODEL, tokenizer: required(oldTokenizer) });

/** Everything that is needed to build a text model again, but for its parameters. */
export type TextModelConfig = {
  /** Any learner of the registry, with all that follows from its tasks, such as `ways`. */
  learner: Extract<LearnerInput, object>;
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
  const { learner, tokenizer, maxLength } = config;
  const vocabulary = Vocabulary.fromJSON(config.vocabulary);
  const { dimensions, dropout } = config.encoder;
  const layer = meanEncoder({ vocabularySize: vocabulary.size, dimensions, dropout });
  const ways = waysOf(learner);
  return {
    learner: buildLearner(learner, { layer, dimensions, state: { vocabulary: config.vocabulary } }),
    vectorizer: new VocabularyVectorizer({
      tokenizer: new WordTokenizer(tokenizer),
      vocabulary,
      maxLength,
    }),
    ...(ways !== undefined && { ways }),
  };
}

/**
 * Saves parameters with the config that they belong to, as `saveCheckpoint` does.
 *
 * @throws ArgumentTypeError or ArgumentRangeError if the config is wrong, or the parameters are not
 *   of the model that it describes; TorchError `ERR_TORCH_FILE` if a file cannot be written
 */
export function saveTextModel(folder: string, config: TextModelConfig, params: Tree): void {
  requireParams(buildTextLearner(config).learner, params);
  saveCheckpoint(folder, { params, config: asJson(parseConfig(config, 'saveTextModel')) });
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
    throw unfitConfig(folder, cause);
  }
}

function parseConfig(config: TextModelConfig, operator: string): ReturnType<typeof textModelCheck> {
  return readData(textModelCheck, config, 'the config of a text model', 'config', operator);
}
