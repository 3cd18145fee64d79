import { array } from '../../check';
import { outOfRange } from '../../errors';
import type { Entity } from '../../text/tasks/entities';

/** How many entities there are, were found, and were found right, and what follows from it. */
export type SpanScore = {
  readonly entities: number;
  readonly found: number;
  readonly right: number;
  /** The share of those found that is right; 0 if none was found. */
  readonly precision: number;
  /** The share of the entities that was found; 0 if there are none. */
  readonly recall: number;
  /** 2·right / (found + entities); 0 if there is neither. */
  readonly f1: number;
};

/** The scores of all entities together, and of each type. */
export type SpanScores = SpanScore & { readonly types: Readonly<Record<string, SpanScore>> };

/**
 * Precision, recall and F1 of entities, as conlleval counts: one is right if its type and both of its ends are.
 * Erik Tjong Kim Sang and Fien De Meulder: Introduction to the CoNLL-2003 Shared Task, 2003.
 *
 * @param found the entities that were found in each sentence
 * @param right those that are there
 * @throws ArgumentRangeError if there are more sentences in one than in the other
 */
export function spanScores(
  found: readonly (readonly Entity[])[],
  right: readonly (readonly Entity[])[],
): SpanScores {
  array(found, 'sentences', 'found', 'spanScores');
  array(right, 'sentences', 'right', 'spanScores');
  if (found.length !== right.length) {
    const expected = `${right.length} sentences, as in right,`;
    throw outOfRange(expected, 'found of spanScores', found.length, 'spanScores');
  }
  const counts = new Map<string, Counts>();
  const of = (type: string): Counts => {
    const own = counts.get(type) ?? { entities: 0, found: 0, right: 0 };
    counts.set(type, own);
    return own;
  };
  for (const [i, entities] of right.entries()) {
    const keys = new Set(entities.map(keyOf));
    for (const { type } of entities) of(type).entities++;
    for (const entity of found[i] ?? []) {
      of(entity.type).found++;
      if (keys.delete(keyOf(entity))) of(entity.type).right++;
    }
  }
  const all = [...counts.values()].reduce(
    (a, b) => ({
      entities: a.entities + b.entities,
      found: a.found + b.found,
      right: a.right + b.right,
    }),
    { entities: 0, found: 0, right: 0 },
  );
  const types = [...counts].map(([type, own]) => [type, scoreOf(own)] as const);
  return { ...scoreOf(all), types: Object.fromEntries(types) };
}

type Counts = { entities: number; found: number; right: number };

function scoreOf(counts: Counts): SpanScore {
  const { entities, found, right } = counts;
  const share = (of: number, all: number): number => (all === 0 ? 0 : of / all);
  return {
    ...counts,
    precision: share(right, found),
    recall: share(right, entities),
    f1: share(2 * right, found + entities),
  };
}

const keyOf = ({ type, start, end }: Entity): string => `${start} ${end} ${type}`;
