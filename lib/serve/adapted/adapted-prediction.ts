import type { Prediction } from '../prediction';

/** The prediction for a text by the probabilities of labels; an empty text has none. */
export function adaptedPrediction(
  text: string,
  labels: readonly string[],
  scores: readonly number[],
): Prediction {
  const best = scores.reduce((at, p, k) => (p > (scores[at] ?? 0) ? k : at), 0);
  const isEmpty = text.trim() === '';
  const label = isEmpty ? null : (labels[best] ?? null);
  return {
    label,
    labels: label === null ? [] : [label],
    probability: isEmpty ? 0 : (scores[best] ?? 0),
    probabilities: Object.fromEntries(labels.map((label, k) => [label, scores[k] ?? 0])),
    unknown: isEmpty ? 'empty' : null,
    nearest: [],
  };
}
