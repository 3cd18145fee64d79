import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  fraction,
  jsonObject,
  listOf,
  literal,
  looseObject,
  positiveInteger,
  required,
  strictObject,
  string,
} from '../../../check';
import { parseFileContent, readJsonFile } from '../../../files/checked-file';
import { EncoderDecoder, Vocabulary } from '../../../text';
import { characterTokenizer } from '../../../text/generation/phrase-pairs';
import { type SequenceParams, sequenceLayer } from '../../../text/generation/sequence-layer';
import { LanguageWords } from '../../../text/language-models/language-words';
import { requireSameShapes } from '../../../text/same-shapes';
import { disposeTree, type Tree, torch } from '../../../torch';
import { asJson } from '../../../train/as-json';
import {
  CONFIG_FILE,
  loadCheckpoint,
  requireCheckpoint,
  saveCheckpoint,
  unfitConfig,
} from '../../../train/checkpoint';
import { configSchema } from '../../../train/config-schema';

const KIND = 'phrase-translator';
const EXPECTED = 'a saved phrase translator';

const sizesCheck = strictObject({
  dimensions: required(positiveInteger),
  hiddenSize: required(positiveInteger),
  dropout: required(fraction),
});

const configCheck = strictObject({
  kind: required(literal(KIND)),
  sizes: required(sizesCheck),
  vocabulary: required(jsonObject),
  unwritable: required(listOf(string)),
});

const ofTranslator = looseObject({
  config: required(looseObject({ kind: required(literal(KIND)) })),
});

/** What is kept of a translator. */
export type SavedTranslator = { model: EncoderDecoder; unwritable: readonly string[] };

/** Writes a translator into a folder that exists, as `saveCheckpoint` does. */
export function writeTranslator(
  folder: string,
  model: EncoderDecoder,
  unwritable: readonly string[],
): void {
  const { dimensions, hiddenSize, dropout } = model.layer.sizes;
  const sizes = { dimensions, hiddenSize, dropout };
  const config = asJson({ kind: KIND, sizes, vocabulary: model.words.vocabulary, unwritable });
  saveCheckpoint(folder, { params: model.params, config });
}

/**
 * Refuses a folder in which saving would replace another model's files.
 *
 * @throws TorchError `ERR_TORCH_FILE` if it has a config that is not of a translator
 */
export function requireOwnFolder(folder: string): void {
  const path = join(folder, CONFIG_FILE);
  if (!existsSync(path)) return;
  parseFileContent(path, ofTranslator, readJsonFile(path, EXPECTED), EXPECTED);
}

/**
 * Reads what `writeTranslator` wrote.
 *
 * @throws TorchError `ERR_TORCH_FILE` if a file is missing, damaged or foreign, or the parts do not fit
 */
export function readTranslator(folder: string): SavedTranslator {
  requireCheckpoint(folder, EXPECTED, '`save` of a translator writes one');
  requireOwnFolder(folder);
  const { params, config } = loadCheckpoint(folder, configSchema(configCheck));
  try {
    return { model: modelOf(config, params), unwritable: config.unwritable };
  } catch (cause) {
    disposeTree(params);
    throw unfitConfig(folder, cause);
  }
}

function modelOf(
  { sizes, vocabulary }: Pick<ReturnType<typeof configCheck>, 'sizes' | 'vocabulary'>,
  params: Tree,
): EncoderDecoder {
  const words = new LanguageWords(Vocabulary.fromJSON(vocabulary), characterTokenizer);
  const { padId, unknownId, size } = words.vocabulary;
  const layer = sequenceLayer({ ...sizes, vocabularySize: size, padId, unknownId });
  torch.scope(() => {
    requireSameShapes<Tree>(layer.init(torch.generator(0)), params, 'PhraseTranslator.load');
  });
  return new EncoderDecoder(words, layer, params as SequenceParams);
}
