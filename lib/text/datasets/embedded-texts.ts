import { join } from 'node:path';
import {
  type Check,
  listOf,
  type OptionsOf,
  oneOf,
  readOptions,
  recordOf,
  required,
  strictObject,
  string,
} from '../../check';
import { parseFileContent, readJsonFile } from '../../files/checked-file';
import { DATA_FOLDER } from '../../shipped-files';
import type { LabeledText } from './dataset';

/** The sets of opinions: what they are about, and their language. */
export const OPINION_SETS = ['hotels-en', 'apps-en', 'apps-de'] as const;

export type OpinionSet = (typeof OPINION_SETS)[number];

const OPTIONS = {
  /** Reviews of hotels in English, or of apps in English or German. */
  set: required<OpinionSet>(oneOf(...OPINION_SETS)),
};

const byLabel = recordOf(listOf(string, 1));
const opinions = strictObject({ licence: required(string), sets: required(recordOf(byLabel)) });
const languages = strictObject({ licence: required(string), languages: required(byLabel) });
const ratings = strictObject({ licence: required(string), domains: required(recordOf(byLabel)) });

const dialogue = strictObject({ context: required(string), response: required(string) });
const article = strictObject({ sentences: required(listOf(string, 1)), summary: required(string) });
const byDomain = <T>(check: Check<T>) =>
  strictObject({ licence: required(string), domains: required(recordOf(listOf(check, 1))) });
const dialogues = byDomain(dialogue);
const articles = byDomain(article);
const phrases = byDomain(
  strictObject({
    en: required(string),
    de: required(string),
    nl: required(string),
    es: required(string),
    it: required(string),
    sv: required(string),
  }),
);

/** What somebody says, and what is the right answer to it. */
export type Dialogue = { readonly context: string; readonly response: string };

/** A text by sentences, and what it comes to. */
export type Article = { readonly sentences: readonly string[]; readonly summary: string };

/** What says the same in English, German, Dutch, Spanish, Italian and Swedish. */
export type Phrase = Readonly<Record<'en' | 'de' | 'nl' | 'es' | 'it' | 'sv', string>>;

/** A text and a number that somebody gave it, such as stars. */
export type RatedText = { readonly text: string; readonly rating: number };

/**
 * Short reviews, written for this project, as many `positive` as `neutral` and `negative` ones. The data sheet is
 * `data/opinions/DATASHEET.md`.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for another set; TorchError `ERR_TORCH_FILE` if the file is missing
 *   or damaged
 */
export function loadOpinions(options: OptionsOf<typeof OPTIONS>): LabeledText[] {
  const { set } = readOptions(OPTIONS, options, 'loadOpinions');
  const { sets } = readFile('opinions', opinions);
  return labeled(sets[set] ?? {});
}

/**
 * Ten everyday sentences in each of eight languages, labelled by the language; number n says the same in all. The
 * data sheet is `data/languages/DATASHEET.md`.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the file is missing or damaged
 */
export function loadLanguages(): LabeledText[] {
  return labeled(readFile('languages', languages).languages);
}

/**
 * Reviews with one to five stars in eight domains, 15 of each, written for this project: by domain, the fewest stars
 * first. The data sheet is `data/ratings/DATASHEET.md`.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the file is missing or damaged
 */
export function loadRatings(): Record<string, RatedText[]> {
  const { domains } = readFile('ratings', ratings);
  const rated = Object.entries(domains).map(([domain, byStars]) => [
    domain,
    labeled(byStars).map(({ text, label }) => ({ text, rating: Number(label) })),
  ]);
  return Object.fromEntries(rated);
}

/**
 * 48 questions with their answers in six domains, written for this project: by domain. The data sheet is
 * `data/dialogues/DATASHEET.md`.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the file is missing or damaged
 */
export function loadDialogues(): Record<string, Dialogue[]> {
  return readFile('dialogues', dialogues).domains;
}

/**
 * 16 texts of six sentences with summaries in four domains, written for this project: by domain. The data sheet is
 * `data/articles/DATASHEET.md`.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the file is missing or damaged
 */
export function loadArticles(): Record<string, Article[]> {
  return readFile('articles', articles).domains;
}

/**
 * 120 short phrases in six languages, written for this project: by what they are about. The data sheet is
 * `data/phrases/DATASHEET.md`.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the file is missing or damaged
 */
export function loadPhrases(): Record<string, Phrase[]> {
  return readFile('phrases', phrases).domains;
}

function readFile<T>(name: string, check: Check<T>): T {
  const path = join(DATA_FOLDER, name, `${name}.json`);
  return parseFileContent(path, check, readJsonFile(path, name), name);
}

function labeled(texts: Readonly<Record<string, readonly string[]>>): LabeledText[] {
  return Object.entries(texts).flatMap(([label, own]) => own.map((text) => ({ text, label })));
}
