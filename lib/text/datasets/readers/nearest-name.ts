import { editDistance } from '../../../nearest-name';

// Names may come from a file, and the time grows with the product of the lengths.
const LONGEST = 100;

/** That of `names` which is spelled most like `name`; undefined if none is alike. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const cut = (text: string) => text.toLowerCase().slice(0, LONGEST);
  const most = Math.max(1, Math.ceil(name.length / 2));
  const [best] = names
    .map((other) => ({ other, distance: editDistance(cut(name), cut(other)) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return best?.other;
}
