import { join } from 'node:path';
import { TorchError } from '../../errors';
import { readRegular } from '../../files/regular-file';
import { messageOf } from '../../libtorch/reasons';
import { wordNetDirectory } from '../datasets/wordnet';

/** Synonyms of words in small letters; a word without any is not there. */
export type Synonyms = ReadonlyMap<string, readonly string[]>;

const PARTS_OF_SPEECH = ['noun', 'verb', 'adj', 'adv'];
const loaded = new Map<string, Synonyms>();

/**
 * The synonyms in WordNet, of the most frequent sense of each word in each part of speech, see wndb(5WN). The
 * files of a folder are read once.
 *
 * @throws TorchError `ERR_TORCH_FILE` if one of them cannot be read
 */
export function wordNetSynonyms(directory: string = wordNetDirectory()): Synonyms {
  const known = loaded.get(directory);
  if (known !== undefined) return known;
  const found = new Map<string, Set<string>>();
  for (const part of PARTS_OF_SPEECH) {
    const synsets = readSynsets(join(directory, `data.${part}`));
    for (const [lemma, offset] of readFirstSenses(join(directory, `index.${part}`))) {
      const others = (synsets.get(offset) ?? []).filter((word) => word.toLowerCase() !== lemma);
      if (others.length === 0) continue;
      const own = found.get(lemma) ?? new Set();
      found.set(lemma, new Set([...own, ...others]));
    }
  }
  const synonyms = new Map([...found].map(([lemma, words]) => [lemma, [...words]]));
  loaded.set(directory, synonyms);
  return synonyms;
}

/** The words of each synset by its offset: `offset lexFile type count word id word id … | gloss`. */
function readSynsets(path: string): Map<string, string[]> {
  const synsets = new Map<string, string[]>();
  for (const fields of readLines(path)) {
    const count = Number.parseInt(fields[3] ?? '', 16);
    const words = Array.from({ length: count }, (_, i) => fields[4 + 2 * i] ?? '');
    // Adjectives may say where they stand: `galore(ip)`.
    synsets.set(
      fields[0] ?? '',
      words.map((word) => word.replace(/\(\w+\)$/, '').replaceAll('_', ' ')),
    );
  }
  return synsets;
}

/** Each word with the offset of its most frequent synset: `lemma pos count pointers … offset offset …`. */
function* readFirstSenses(path: string): Generator<[string, string]> {
  for (const fields of readLines(path)) {
    const [lemma = '', , count = '0'] = fields;
    yield [lemma.replaceAll('_', ' '), fields.at(-Number(count)) ?? ''];
  }
}

function* readLines(path: string): Generator<string[]> {
  let text: string;
  try {
    text = readRegular(path).toString('latin1');
  } catch (cause) {
    const message = `Could not read the WordNet file ${path}: ${messageOf(cause, path)}`;
    throw new TorchError('ERR_TORCH_FILE', message, { path, cause });
  }
  for (const line of text.split('\n')) {
    // The licence at the head of each file is indented.
    if (line !== '' && !line.startsWith('  ')) yield line.trimEnd().split(' ');
  }
}
