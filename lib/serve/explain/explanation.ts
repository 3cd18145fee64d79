import { integerFrom, type OptionsOf, withDefault } from '../../check';
import type { Neighbor, Prediction } from '../prediction';
import type { Attribution } from './integrated-gradients';
import type { TextWord } from './words';

export const EXPLAIN = {
  /** Points at which gradients are taken. 0: none are. Default: 32. */
  steps: withDefault(
    (value: unknown, name: string, operator: string) => integerFrom(0, value, name, operator, 1000),
    32,
  ),
};

export type ExplainOptions = OptionsOf<typeof EXPLAIN>;

/** What a word does for the label. */
export type ExplainedWord = TextWord & {
  /** How much the probability falls when the word is left out; negative where it speaks against the label. */
  readonly effect: number;
  /** How much the word adds to the log-probability, by integrated gradients; null where these are not to be had. */
  readonly gradient: number | null;
};

/** Why a text has its label. */
export type Explanation = {
  /** The most probable label, also of a text that is unknown. */
  readonly label: string;
  readonly probability: number;
  /** Why the text is of no label, else null. */
  readonly unknown: Prediction['unknown'];
  readonly nearest: readonly Neighbor[];
  readonly words: readonly ExplainedWord[];
  /**
   * How far the gradients are from adding up to what they explain, as a share of it; small with many steps. Null
   * without gradients.
   */
  readonly gradientError: number | null;
};

/** The most probable label and its number. */
export function likeliest({ probabilities }: Prediction): { label: string; place: number } {
  const entries = Object.entries(probabilities);
  const place = entries.reduce((at, [, p], i) => (p > (entries[at]?.[1] ?? 0) ? i : at), 0);
  return { label: entries[place]?.[0] ?? '', place };
}

/** @param fewer the predictions of the text without each of its words */
export function explanationOf(
  prediction: Prediction,
  words: readonly TextWord[],
  fewer: readonly Prediction[],
  gradients: Attribution | null,
): Explanation {
  const { label } = likeliest(prediction);
  const { probabilities, unknown, nearest } = prediction;
  const probability = probabilities[label] ?? 0;
  return {
    label,
    probability,
    unknown,
    nearest,
    words: words.map((word, i) => ({
      ...word,
      effect: probability - (fewer[i]?.probabilities[label] ?? 0),
      gradient: gradients?.words[i] ?? null,
    })),
    gradientError: gradients === null ? null : errorOf(gradients),
  };
}

function errorOf({ words, rest, full, empty }: Attribution): number {
  const sum = words.reduce((all, one) => all + one, rest);
  return Math.abs(sum - (full - empty)) / Math.max(Math.abs(full - empty), 1e-6);
}
