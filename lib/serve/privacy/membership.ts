import { array } from '../../check';
import { outOfRange } from '../../errors';
import { RandomSource } from '../../text/random-source';
import type { Figure } from '../../train';
import { share, wider } from '../../train/metrics/figure';
import { auroc } from '../../train/metrics/out-of-scope';
import { quantileOf } from '../../train/metrics/resample';
import { type Example, readExamples } from '../examples/read-examples';
import type { FewShotClassifier } from '../few-shot-classifier';

/** How well one score tells examples from other texts. */
export type MembershipScore = {
  /**
   * The chance that an example scores above another text: ½ says nothing, 1 everything. Its interval is by resampling;
   * at 0 and 1 Wilson's of as many as there are of the fewer.
   */
  readonly auroc: Figure;
  /** The share of the examples that are found where one of a hundred other texts is taken for one. */
  readonly foundAtOnePercent: number;
};

/** What answers of a classifier give away about its examples. */
export type Membership = {
  readonly members: number;
  readonly outsiders: number;
  /** By the probability of the text's own label. */
  readonly byProbability: MembershipScore;
  /** By the similarity of the nearest example, which answers have too: it is 1 for an example. */
  readonly bySimilarity: MembershipScore;
};

const RESAMPLES = 500;
const ONE_PERCENT = 0.01;

/**
 * Attacks a classifier as somebody would who may ask it, knows a text with its label, and wants to know whether it was
 * an example: by the probability of its label (Samuel Yeom, Irene Giacomelli, Matt Fredrikson, Somesh Jha: Privacy Risk
 * in Machine Learning, CSF 2018), and by the nearest example.
 *
 * @param outsiders texts of the same kind that are no examples, with their labels
 * @throws ArgumentRangeError for none, for texts that are examples, and for labels that the classifier does not have
 */
export async function membershipTest(
  classifier: FewShotClassifier,
  outsiders: readonly Example[],
): Promise<Membership> {
  const operator = 'membershipTest';
  array(outsiders, 'rows { text, label }', 'outsiders', operator);
  const { rows } = readExamples(outsiders, operator);
  if (rows.length === 0) throw outOfRange('at least one text', 'outsiders', outsiders, operator);
  const members = classifier.examples;
  const known = new Set(members.map(({ text }) => text));
  for (const { text, label } of rows) {
    if (known.has(text))
      throw outOfRange('texts that are no examples', 'outsiders', text, operator);
    if (classifier.labels.includes(label)) continue;
    throw outOfRange('a label of the classifier', 'outsiders', label, operator);
  }
  const [inside, outside] = [await scored(classifier, members), await scored(classifier, rows)];
  const compared = (score: (one: Scores) => number): MembershipScore =>
    scoreOf(inside.map(score), outside.map(score));
  return {
    members: members.length,
    outsiders: rows.length,
    byProbability: compared(({ probability }) => probability),
    bySimilarity: compared(({ similarity }) => similarity),
  };
}

type Scores = { probability: number; similarity: number };

async function scored(classifier: FewShotClassifier, rows: readonly Example[]): Promise<Scores[]> {
  const scores: Scores[] = [];
  const AT_ONCE = 256;
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const part = rows.slice(from, from + AT_ONCE);
    const predictions = await classifier.predict(part.map(({ text }) => text));
    for (const [i, { probabilities, nearest }] of predictions.entries()) {
      const label = part[i]?.label ?? '';
      scores.push({
        probability: probabilities[label] ?? 0,
        similarity: nearest[0]?.similarity ?? 0,
      });
    }
  }
  return scores;
}

function scoreOf(inside: readonly number[], outside: readonly number[]): MembershipScore {
  const random = new RandomSource(0);
  const again = (values: readonly number[]): number[] =>
    values.map(() => values[random.below(values.length)] ?? 0);
  const drawn = Float64Array.from({ length: RESAMPLES }, () =>
    auroc(again(inside), again(outside)),
  ).sort();
  const level = quantileOf(Float64Array.from(outside).sort(), 1 - ONE_PERCENT);
  const value = auroc(inside, outside);
  const figure = { value, low: quantileOf(drawn, 0.025), high: quantileOf(drawn, 0.975) };
  // Where no score is on the wrong side, every draw is alike, however few there are.
  const least = Math.min(inside.length, outside.length);
  const few = value === 0 || value === 1 ? share(value * least, least) : undefined;
  return {
    auroc: few ? wider(figure, few) : figure,
    foundAtOnePercent: inside.filter((score) => score > level).length / inside.length,
  };
}
