import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TransferClassifier } from '../../lib/serve';
import {
  HashedVectorizer,
  joinedVectorizer,
  type LabeledText,
  readDataset,
  type Vectorizer,
} from '../../lib/text';
import { RandomSource } from '../../lib/text/random-source';
import { type Tensor, torch } from '../../lib/torch';
import { estimate, formatAccuracy } from '../../lib/train';
import { DATA, ENCODERS, rowsByLabel } from './data';
import { difference } from './scores';

const SEEDS = 5;
const SHOTS = 8;
const NUSAX = [
  'indonesian',
  'javanese',
  'sundanese',
  'minangkabau',
  'balinese',
  'banjarese',
  'buginese',
  'ngaju',
];
const SIB = ['deu_Latn', 'fra_Latn', 'spa_Latn', 'swh_Latn', 'yor_Latn', 'rus_Cyrl'];

/** A language to learn for, its texts to draw examples from and those to be tested on. */
type Target = { language: string; train: readonly LabeledText[]; test: readonly LabeledText[] };

/** NusaX: sentiment in languages of Indonesia, from English reviews and 8 examples of each sentiment. */
export async function sentimentTable(names: readonly string[]): Promise<string[][]> {
  const read = async (language: string, part: string) =>
    (await readDataset(join(DATA, 'nusax-senti', language, `${part}.csv`))).rows;
  const targets = await Promise.all(
    NUSAX.map(async (language) => ({
      language,
      train: await read(language, 'train'),
      test: await read(language, 'test'),
    })),
  );
  return transferTable(names, await read('english', 'train'), targets);
}

/** SIB-200: topics in other languages, from English sentences and 8 examples of each topic. */
export async function topicTable(names: readonly string[]): Promise<string[][]> {
  const read = (language: string, part: string): LabeledText[] =>
    readFileSync(join(DATA, 'sib200', language, `${part}.tsv`), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [, label = '', text = ''] = line.split('\t');
        return { text: text.trim(), label };
      });
  const targets = SIB.map((language) => ({
    language,
    train: read(language, 'train'),
    test: read(language, 'test'),
  }));
  return transferTable(names, read('eng_Latn', 'train'), targets);
}

async function transferTable(
  names: readonly string[],
  source: readonly LabeledText[],
  targets: readonly Target[],
): Promise<string[][]> {
  const lines = [
    [
      'features',
      'language',
      'English alone',
      `${SHOTS} examples alone`,
      'both',
      'gain over English',
      'gain over examples',
    ],
  ];
  for (const name of [undefined, ...names]) {
    using encoder = name === undefined ? undefined : await ENCODERS[name]?.();
    const hashed = new HashedVectorizer();
    const vectorizer = remembering(encoder ? joinedVectorizer([encoder, hashed]) : hashed);
    const features = name === undefined ? 'words and characters' : `${name}, words and characters`;
    using english = new TransferClassifier(vectorizer, [], { source });
    for (const { language, train, test } of targets) {
      const base = accuracy(english, test);
      const runs = Array.from({ length: SEEDS }, (_, seed) => {
        const examples = drawn(train, SHOTS, seed);
        using alone = new TransferClassifier(vectorizer, examples);
        using both = new TransferClassifier(vectorizer, examples, { source });
        return { alone: accuracy(alone, test), both: accuracy(both, test) };
      });
      const line = [
        features,
        language,
        (100 * base).toFixed(1),
        formatAccuracy(estimate(runs.map(({ alone }) => alone))),
        formatAccuracy(estimate(runs.map(({ both }) => both))),
        difference(runs.map(({ both }) => both - base)),
        difference(runs.map(({ alone, both }) => both - alone)),
      ];
      console.error(line.join(' | '));
      lines.push(line);
    }
  }
  return lines;
}

/** The same without reading texts twice that were asked for in the same order; numbers outlive a scope's tensors. */
function remembering(vectorizer: Vectorizer<Tensor>): Vectorizer<Tensor> {
  const known = new Map<string, { values: Float32Array; shape: readonly number[] }>();
  return {
    vectorize: (texts) => {
      const key = JSON.stringify(texts);
      let own = known.get(key);
      if (own === undefined) {
        using x = vectorizer.vectorize(texts);
        own = { values: Float32Array.from(x.data(), Number), shape: x.shape };
        known.set(key, own);
      }
      return torch.tensor(own.values, { shape: [...own.shape] });
    },
    lengths: (texts) => vectorizer.lengths(texts),
  };
}

function accuracy(classifier: TransferClassifier, test: readonly LabeledText[]): number {
  const found = classifier.predict(test.map(({ text }) => text));
  return found.filter(({ label }, i) => label === test[i]?.label).length / test.length;
}

/** So many texts of each label. */
function drawn(rows: readonly LabeledText[], shots: number, seed: number): LabeledText[] {
  const random = new RandomSource(seed);
  return [...rowsByLabel(rows).values()].flatMap((own) =>
    random.sample(own, Math.min(shots, own.length)).flatMap((i) => rows[i] ?? []),
  );
}

const XSID = 'ar da de de-ba de-muc de-st en gsw id it ja lt nap nl tr zh'.split(' ');

/**
 * xSID: which of 16 languages and dialects a sentence is in. Characters with ridge regression against the ranks of
 * n-grams of William Cavnar and John Trenkle, N-Gram-Based Text Categorization, 1994.
 */
export async function languageTable(): Promise<string[][]> {
  const read = (part: string): LabeledText[] =>
    XSID.flatMap((label) =>
      [
        ...readFileSync(join(DATA, `xsid-0.7/${label}.${part}.conll`), 'utf8').matchAll(
          /^# text[ =:]+(.*)$/gm,
        ),
      ]
        .slice(0, 200)
        .map(([, text = '']) => ({ text: text.trim(), label })),
    );
  const [train, test] = [read('valid'), read('test')];
  const lines = [['sentences of each language', 'ranks of n-grams', 'characters', 'gain']];
  const characters = new HashedVectorizer({ words: false, shortest: 1, longest: 4 });
  for (const shots of [5, 20]) {
    const runs = Array.from({ length: SEEDS }, (_, seed) => {
      const examples = drawn(train, shots, seed);
      using classifier = new TransferClassifier(characters, examples);
      return { ranks: rankAccuracy(examples, test), characters: accuracy(classifier, test) };
    });
    const line = [
      String(shots),
      formatAccuracy(estimate(runs.map((run) => run.ranks))),
      formatAccuracy(estimate(runs.map((run) => run.characters))),
      difference(runs.map((run) => run.characters - run.ranks)),
    ];
    console.error(line.join(' | '));
    lines.push(line);
  }
  return lines;
}

const PROFILE = 300;

/** The most frequent n-grams of texts, 1 to 5 characters long, with their ranks. */
function profile(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of texts.flatMap((text) => text.toLowerCase().match(/[\p{L}\p{M}']+/gu) ?? [])) {
    const own = [...`_${word}_`];
    for (let n = 1; n <= 5; n++) {
      for (let i = 0; i + n <= own.length; i++) {
        const ngram = own.slice(i, i + n).join('');
        counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
      }
    }
  }
  const ordered = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return new Map(ordered.slice(0, PROFILE).map(([ngram], rank) => [ngram, rank]));
}

function rankAccuracy(examples: readonly LabeledText[], test: readonly LabeledText[]): number {
  const profiles = [...rowsByLabel(examples)].map(([label, rows]) => ({
    label,
    ranks: profile(rows.map((i) => examples[i]?.text ?? '')),
  }));
  const right = test.filter(({ text, label }) => {
    const own = profile([text]);
    const distances = profiles.map(({ ranks }) =>
      [...own].reduce(
        (sum, [ngram, rank]) => sum + Math.abs((ranks.get(ngram) ?? rank + PROFILE) - rank),
        0,
      ),
    );
    return profiles[distances.indexOf(Math.min(...distances))]?.label === label;
  });
  return right.length / test.length;
}
