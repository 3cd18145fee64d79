import { TorchError } from '../errors';
import { argmax } from '../extremes';
import { normalize } from '../meta/metric/normalize';
import type { LabeledText } from '../text';
import { type Tensor, torch } from '../torch';
import type { Fitted } from './fitted';
import { HEADS } from './heads';
import type { Scored } from './predict';
import { productsWith, type Vectors } from './vectors';

/** An example that explains a prediction. */
export type Neighbor = {
  text: string;
  label: string;
  /** The cosine of its vector with the text's, from −1 to 1. */
  similarity: number;
};

/**
 * Why a text is of no label: there is nothing in it, no word that the encoder knows, nothing like it, or, where a text
 * may have several, no label that is probable enough.
 */
export type UnknownReason =
  | 'empty'
  | 'no known token'
  | 'unlike every example'
  | 'no probable label';

/** What a classifier makes of a text. */
export type Prediction = {
  /** The most probable label; null for a text that is of no label. */
  label: string | null;
  /** All labels of the text, the most probable first: one, or none; several by the head `multi-label`. */
  labels: readonly string[];
  /** The probability of `label`, from 0 to 1; 0 where it is null. */
  probability: number;
  /** The probability of each label, if the text is of one; by the head `multi-label` each for itself. */
  probabilities: Readonly<Record<string, number>>;
  /** Why `label` is null, else null. */
  unknown: UnknownReason | null;
  /** The nearest examples, at most 3, the nearest first. */
  nearest: readonly Neighbor[];
};

/** What was asked: the names of what has numbers. */
type Asked = {
  labels: readonly string[];
  rows: readonly LabeledText[];
  core: { fitted: Pick<Fitted, 'head'> };
};

/** The predictions of texts, from their numbers. */
export function predictionsOf(
  texts: readonly string[],
  known: ArrayLike<number | boolean>,
  scored: Scored,
  { labels, rows, core }: Asked,
): Prediction[] {
  const { several } = HEADS[core.fitted.head];
  const count = texts.length === 0 ? 0 : scored.nearest.length / texts.length;
  return texts.map((text, i) => {
    const own = scored.probabilities.subarray(i * labels.length, (i + 1) * labels.length);
    const likely = several ? above(own, 0.5) : [argmax(own)];
    const familiarity = scored.familiarity[i] ?? 0;
    const unknown = reasonOf(text, Boolean(known[i]), familiarity, likely.length);
    const given = unknown === null ? likely : [];
    const [best] = given;
    const nearest = Array.from({ length: count }, (_, k) => {
      const row = rows[scored.nearest[i * count + k] ?? 0];
      const similarity = scored.similarities[i * count + k] ?? 0;
      return { text: row?.text ?? '', label: row?.label ?? '', similarity };
    });
    return {
      label: best === undefined ? null : (labels[best] ?? null),
      labels: given.flatMap((place) => labels[place] ?? []),
      probability: best === undefined ? 0 : (own[best] ?? 0),
      probabilities: Object.fromEntries(labels.map((label, k) => [label, own[k] ?? 0])),
      unknown,
      nearest,
    };
  });
}

/** The places of values of at least `least`, the greatest first. */
function above(values: Float64Array, least: number): number[] {
  return [...values.keys()]
    .filter((place) => (values[place] ?? 0) >= least)
    .sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
}

function reasonOf(
  text: string,
  known: boolean,
  familiarity: number,
  likely: number,
): UnknownReason | null {
  if (text.trim() === '') return 'empty';
  if (!known) return 'no known token';
  if (familiarity < 0) return 'unlike every example';
  return likely === 0 ? 'no probable label' : null;
}

/** The examples nearest to a text with the vectors `[1, D]`, at most `count`, the nearest first. */
export function nearestRows(
  { core, rows }: { core: { x: Vectors }; rows: readonly LabeledText[] },
  vectors: Tensor,
  count: number,
): Neighbor[] {
  return torch.scope(() => {
    const cosines = productsWith(normalize(vectors), core.x).squeeze(0);
    const [best, places] = cosines.topk(Math.min(count, rows.length));
    const similarities = best.to('float64').tolist() as number[];
    return (places.tolist() as bigint[]).flatMap((place, i) => {
      const row = rows[Number(place)];
      if (row === undefined) return [];
      return { text: row.text, label: row.label, similarity: similarities[i] ?? 0 };
    });
  });
}

/** The prediction for a single text. */
export function onlyOne(predictions: readonly Prediction[]): Prediction {
  const [prediction] = predictions;
  if (prediction === undefined)
    throw new TorchError('ERR_TORCH_RUNTIME', 'Expected one prediction');
  return prediction;
}
