import type { RandomSource } from '../../lib/text/random-source';

/** Someone whose first clicks are known, and what he or she clicked on afterwards. */
export type SimulatedUser = {
  readonly clicks: readonly number[];
  readonly hidden: readonly number[];
};

type Settings = {
  /** How many users to learn from, and how many to be asked about. */
  learned: number;
  asked: number;
  /** The clicks of those that are known. */
  shown: number;
  /** Items that nobody has clicked on but as what is to be found. */
  isNew: (item: number) => boolean;
};

const PERSONAS = 30;
/** Subjects that a persona likes, drawn from all, so that they are not alike. */
const SUBJECTS = 5;
const CLICKS = 10;
/** The share of clicks that have to do with the persona. */
const LOYALTY = 0.8;

/**
 * Users of 30 personas, each with five subjects that have nothing in common but the persona. Of ten clicks eight are on
 * items of its subjects, the others on any; items that are more popular, by a logarithmic normal distribution, are
 * clicked on more often.
 *
 * @param subjects the subject of each item
 */
export function simulatedUsers(
  subjects: readonly string[],
  { learned, asked, shown, isNew }: Settings,
  random: RandomSource,
): { learned: number[][]; asked: SimulatedUser[] } {
  const weights = subjects.map(() => Math.exp(normal(random)));
  const names = [...new Set(subjects)];
  const personas = Array.from({ length: PERSONAS }, () => random.sample(names, SUBJECTS));
  const draw = (own: readonly string[], count: number, offered: readonly number[]): number[] => {
    const liked = offered.filter((item) => own.includes(subjects[item] ?? ''));
    const clicks = new Set<number>();
    while (clicks.size < Math.min(count, liked.length)) {
      clicks.add(weighted(random.nextFloat() < LOYALTY ? liked : offered, weights, random));
    }
    return [...clicks];
  };
  const all = [...subjects.keys()];
  const [old, fresh] = [all.filter((item) => !isNew(item)), all.filter(isNew)];
  const persona = (): string[] => personas[random.int(PERSONAS)] ?? [];
  return {
    learned: Array.from({ length: learned }, () => draw(persona(), CLICKS, old)),
    asked: Array.from({ length: asked }, () => {
      const own = persona();
      const clicks = draw(own, shown, old);
      const others = fresh.length > 0 ? fresh : old.filter((item) => !clicks.includes(item));
      return { clicks, hidden: draw(own, CLICKS - shown, others) };
    }),
  };
}

/** One of some items, by their weights. */
function weighted(
  from: readonly number[],
  weights: readonly number[],
  random: RandomSource,
): number {
  let left = random.nextFloat() * from.reduce((sum, item) => sum + (weights[item] ?? 0), 0);
  for (const item of from) {
    left -= weights[item] ?? 0;
    if (left < 0) return item;
  }
  return from.at(-1) ?? 0;
}

/** By Box and Muller. */
function normal(random: RandomSource): number {
  return (
    Math.sqrt(-2 * Math.log(1 - random.nextFloat())) * Math.cos(2 * Math.PI * random.nextFloat())
  );
}
