import { isPlainObject } from '../../check';
import { nameKey, textKey } from '../../text/datasets/labeled-text';
import { labelsWithout, without } from './label-texts';
import { type ExamplesInput, rowsOf } from './read-examples';

/** What is to be known of examples before a classifier is fitted to them. */
export type ExampleReport = {
  /** Each label, and how many different texts it has. */
  labels: { label: string; examples: number }[];
  /** Texts under several labels: which is right only their author knows. `fit` refuses them. */
  contradictions: { text: string; labels: string[] }[];
  /** Texts that stand several times under their label; each counts once. */
  duplicates: { text: string; label: string; times: number }[];
  /** Where there is no text, or an empty one. `fit` refuses it. */
  empty: string[];
  /** Where a label has no name, or one of white space alone. `fit` refuses it. */
  unnamed: string[];
  /** Labels without a text. `fit` refuses them, unless it is to take names or descriptions of labels for texts. */
  withoutTexts: string[];
  /** Labels that differ in case and white space alone. `fit` refuses them. */
  sameLabels: string[][];
  /** Labels with a single text: nothing can be held out of them, to calibrate by or to find mistakes. */
  single: string[];
  /**
   * How many times as many texts the largest label has as the smallest. Labels weigh the same whatever
   * their numbers, so that only very few texts of a label are a problem, not the difference.
   */
  imbalance: number;
};

/**
 * Looks at examples without an encoder, and finds all that is wrong with them at once.
 *
 *     const { contradictions, single } = inspectExamples(examples);
 *
 * @throws ArgumentTypeError for anything but texts by label, rows or a data set
 */
export function inspectExamples(examples: ExamplesInput): ExampleReport {
  const byText = new Map<string, { text: string; times: Map<string, number> }>();
  const byName = new Map<string, Set<string>>();
  const texts = new Map<string, Set<string>>();
  const empty: string[] = [];
  const unnamed: string[] = [];
  const withoutTexts = isPlainObject(examples) ? labelsWithout(examples) : [];
  const given = withoutTexts.length === 0 ? examples : without(examples, withoutTexts);
  for (const { text, label, where } of rowsOf(given, 'inspectExamples')) {
    const named = typeof label === 'string' && nameKey(label) !== '';
    if (!named) unnamed.push(where);
    else {
      byName.set(nameKey(label), (byName.get(nameKey(label)) ?? new Set()).add(label));
    }
    if (typeof text !== 'string' || textKey(text) === '') empty.push(where);
    if (!named || typeof text !== 'string' || textKey(text) === '') continue;
    const key = textKey(text);
    const found = byText.get(key) ?? { text, times: new Map<string, number>() };
    found.times.set(label, (found.times.get(label) ?? 0) + 1);
    byText.set(key, found);
    texts.set(label, (texts.get(label) ?? new Set()).add(key));
  }
  const labels = [...texts].map(([label, own]) => ({ label, examples: own.size }));
  const counts = labels.map((one) => one.examples);
  const all = [...byText.values()];
  return {
    labels,
    contradictions: all.flatMap(({ text, times }) =>
      times.size > 1 ? [{ text, labels: [...times.keys()] }] : [],
    ),
    duplicates: all.flatMap(({ text, times }) =>
      [...times].flatMap(([label, count]) => (count > 1 ? [{ text, label, times: count }] : [])),
    ),
    empty,
    unnamed,
    withoutTexts,
    sameLabels: [...byName.values()].flatMap((own) => (own.size > 1 ? [[...own]] : [])),
    single: labels.flatMap(({ label, examples: count }) => (count === 1 ? [label] : [])),
    imbalance: counts.length === 0 ? 1 : largest(counts) / -largest(counts.map((count) => -count)),
  };
}

const largest = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
