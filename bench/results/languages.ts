import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TransferClassifier } from '../../lib/serve';
import { HashedVectorizer, type LabeledText } from '../../lib/text';
import { estimate, formatAccuracy } from '../../lib/train';
import { DATA, drawn, rowsByLabel } from './data';
import { difference } from './scores';
import { accuracy } from './transfer';

const SEEDS = 5;
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
