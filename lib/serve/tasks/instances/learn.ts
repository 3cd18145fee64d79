import type { LabeledText } from '../../../text';
import { textKey } from '../../../text/datasets/labeled-text';
import { type Tensor, torch } from '../../../torch';
import { indices } from '../../heads/features';
import { bestVote, neighborhoods, type Vote } from './neighbor-vote';

/** What is known of stored instances. */
export type Learned = {
  readonly vote: Vote;
  /** The cosine with the nearest instance below which a text is unlike all of them. */
  readonly threshold: number;
};

/**
 * The best vote, and the cosine below which a text is unlike all instances. Each text of a label is judged once: its
 * copies are as near as can be, and would make all other texts seem strange.
 *
 * @param x `[n, D]`, the instances' vectors, of length 1
 */
export function learn(x: Tensor, instances: readonly LabeledText[], falseAlarms: number): Learned {
  const places = firstPlaces(instances);
  if (places.length < 2) return { vote: { neighbors: 1, sharpness: 1 }, threshold: -1 };
  const around = torch.scope(() => {
    const own = x.indexSelect(0, indices(places));
    return neighborhoods(own, own, true);
  });
  const vote = bestVote(
    around,
    places.map((place) => instances[place]?.label ?? ''),
  );
  const nearest = Float64Array.from(around, ({ similarities }) => similarities[0] ?? -1).sort();
  return { vote, threshold: nearest[Math.floor(falseAlarms * nearest.length)] ?? -1 };
}

/** Where each text of a label stands first. */
function firstPlaces(instances: readonly LabeledText[]): number[] {
  const first = new Map<string, number>();
  for (const [place, { text, label }] of instances.entries()) {
    const key = JSON.stringify([label, textKey(text)]);
    if (!first.has(key)) first.set(key, place);
  }
  return [...first.values()];
}
