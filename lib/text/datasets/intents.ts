import { join } from 'node:path';
import {
  type Check,
  listOf,
  literal,
  type OptionsOf,
  oneOf,
  readOptions,
  recordOf,
  required,
  strictObject,
  string,
  withDefault,
} from '../../check';
import { outOfRange } from '../../errors';
import { parseFileContent, readJsonFile } from '../../files/checked-file';
import { DATA_FOLDER } from '../../shipped-files';
import { datasetFromRows, type TextDataset } from './dataset';

/** The languages that the intents are written in. */
export type IntentLanguage = 'en' | 'zh';

const OPTIONS = {
  /** English or Chinese. Default: `en`. */
  language: withDefault<IntentLanguage>(oneOf('en', 'zh'), 'en'),
};

export type IntentsOptions = OptionsOf<typeof OPTIONS>;

/** Sentences by intent, and sentences of no intent. */
export type IntentDataset = TextDataset & {
  /** What people might also write to a bank, and what none of the intents answers. */
  readonly outOfScope: readonly string[];
};

const text: Check<string> = (value, name, operator) => {
  if (value !== '') return string(value, name, operator);
  throw outOfRange('a text', `${name} of ${operator}`, value, operator);
};
const texts = listOf(text, 1);

/**
 * What customers write to a bank: 30 intents with 20 sentences each, and 40 sentences that are out of scope.
 * Both languages have the same intents; the sentences are no translations of each other. The data sheet is
 * `data/intents/DATASHEET.md`.
 *
 * @example
 * const intents = loadIntents({ language: 'en' });
 * intents.examples('card_lost')[1]; // 'lost my card, what now?'
 *
 * @throws ArgumentTypeError or ArgumentRangeError for another language; TorchError `ERR_TORCH_FILE` if the file
 *   is missing or damaged
 */
export function loadIntents(options: IntentsOptions = {}): IntentDataset {
  const { language } = readOptions(OPTIONS, options, 'loadIntents');
  return readIntents(join(DATA_FOLDER, 'intents', `${language}.json`), language);
}

/** The data set in a file of that form. */
export function readIntents(path: string, language: IntentLanguage): IntentDataset {
  const what = `intents in the language '${language}'`;
  const check = strictObject({
    language: required(literal(language)),
    licence: required(string),
    intents: required(recordOf(texts)),
    outOfScope: required(texts),
  });
  const { intents, outOfScope } = parseFileContent(path, check, readJsonFile(path, what), what);
  const rows = Object.entries(intents).flatMap(([label, own]) =>
    own.map((text) => ({ text, label })),
  );
  return Object.assign(datasetFromRows(rows, { name: `intents-${language}` }), { outOfScope });
}
