import { normalize } from '../meta/metric/normalize';
import type { LabeledText } from '../text';
import { type Tensor, torch } from '../torch';
import type { Scored } from './predict';

/** An example that explains a prediction. */
export type Neighbor = {
  text: string;
  label: string;
  /** The cosine of its vector with the text's, from −1 to 1. */
  similarity: number;
};

/** Why a text is of no label: there is nothing in it, no word that the encoder knows, or nothing like it. */
export type UnknownReason = 'empty' | 'no known token' | 'unlike every example';

/** What a classifier makes of a text. */
export type Prediction = {
  /** The most probable label; null for a text that is of no label. */
  label: string | null;
  /** The probability of `label`, from 0 to 1; 0 where it is null. */
  probability: number;
  /** The probability of each label, if the text is of one. */
  probabilities: Readonly<Record<string, number>>;
  /** Why `label` is null, else null. */
  unknown: UnknownReason | null;
  /** The nearest examples, at most 3, the nearest first. */
  nearest: readonly Neighbor[];
};

/** The predictions of texts, from their numbers. */
export function predictionsOf(
  texts: readonly string[],
  known: ArrayLike<number | boolean>,
  scored: Scored,
  { labels, rows }: { labels: readonly string[]; rows: readonly LabeledText[] },
): Prediction[] {
  const count = texts.length === 0 ? 0 : scored.nearest.length / texts.length;
  return texts.map((text, i) => {
    const own = scored.probabilities.subarray(i * labels.length, (i + 1) * labels.length);
    const best = own.reduce((at, p, k) => (p > (own[at] ?? 0) ? k : at), 0);
    const unknown = reasonOf(text, Boolean(known[i]), scored.familiarity[i] ?? 0);
    const nearest = Array.from({ length: count }, (_, k) => {
      const row = rows[scored.nearest[i * count + k] ?? 0];
      const similarity = scored.similarities[i * count + k] ?? 0;
      return { text: row?.text ?? '', label: row?.label ?? '', similarity };
    });
    return {
      label: unknown === null ? (labels[best] ?? null) : null,
      probability: unknown === null ? (own[best] ?? 0) : 0,
      probabilities: Object.fromEntries(labels.map((label, k) => [label, own[k] ?? 0])),
      unknown,
      nearest,
    };
  });
}

function reasonOf(text: string, known: boolean, familiarity: number): UnknownReason | null {
  if (text.trim() === '') return 'empty';
  if (!known) return 'no known token';
  return familiarity < 0 ? 'unlike every example' : null;
}

/** The examples nearest to a text with the vectors `[1, D]`, at most `count`, the nearest first. */
export function nearestRows(
  { core, rows }: { core: { x: Tensor }; rows: readonly LabeledText[] },
  vectors: Tensor,
  count: number,
): Neighbor[] {
  return torch.scope(() => {
    const cosines = normalize(vectors).matmul(core.x.mT).squeeze(0);
    const [best, places] = cosines.topk(Math.min(count, rows.length));
    const similarities = best.to('float64').tolist() as number[];
    return (places.tolist() as bigint[]).flatMap((place, i) => {
      const row = rows[Number(place)];
      if (row === undefined) return [];
      return { text: row.text, label: row.label, similarity: similarities[i] ?? 0 };
    });
  });
}
