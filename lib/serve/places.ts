import type { LabeledText } from '../text';
import type { Plane } from './plane';

/** A place on a plane. */
export type Place = { x: number; y: number };

/** An example and its place. */
export type PlacedExample = LabeledText & Place;

/** What a plane shows, with the examples' texts. */
export function placesOn(
  { rows, examples, others }: Plane,
  all: readonly LabeledText[],
): { examples: PlacedExample[]; texts: Place[] } {
  const places = pairs(examples);
  return {
    examples: [...rows].flatMap((row, i) => {
      const [example, place] = [all[row], places[i]];
      return example && place ? [{ text: example.text, label: example.label, ...place }] : [];
    }),
    texts: pairs(others),
  };
}

function pairs(numbers: Float64Array): Place[] {
  return Array.from({ length: numbers.length / 2 }, (_, i) => ({
    x: numbers[2 * i] ?? 0,
    y: numbers[2 * i + 1] ?? 0,
  }));
}
