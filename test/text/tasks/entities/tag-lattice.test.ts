import fc from 'fast-check';
import {
  bestEntities,
  type LatticeEntity,
  type TokenScores,
  type Transitions,
} from '../../../../lib/text/tasks/entities/tag-lattice';
import { BEGIN, INSIDE, OUTSIDE } from '../../../../lib/text/tasks/entities/tagged-tokens';

type Tag = { place: number; type: number };

/** Every sequence of tags in which a token goes on with an entity of its own type only. */
function sequences(tokens: number, types: number): Tag[][] {
  const tags: Tag[] = [{ place: OUTSIDE, type: -1 }];
  for (let type = 0; type < types; type++)
    tags.push({ place: BEGIN, type }, { place: INSIDE, type });
  let all: Tag[][] = [[]];
  for (let i = 0; i < tokens; i++) {
    all = all.flatMap((before) =>
      tags
        .filter(({ place, type }) => {
          const last = before.at(-1);
          return (
            place !== INSIDE || (last !== undefined && last.place !== OUTSIDE && last.type === type)
          );
        })
        .map((tag) => [...before, tag]),
    );
  }
  return all;
}

function scoreOf(
  tags: readonly Tag[],
  { places, types }: TokenScores,
  transitions: Transitions,
): number {
  let from = 3;
  let score = 0;
  for (const [i, { place, type }] of tags.entries()) {
    score += (transitions[from]?.[place] ?? 0) + (places[i]?.[place] ?? 0);
    if (place !== OUTSIDE) score += types[i]?.[type] ?? 0;
    from = place;
  }
  return score;
}

function entitiesOf(tags: readonly Tag[]): Omit<LatticeEntity, 'probability'>[] {
  const entities: { type: number; start: number; end: number }[] = [];
  for (const [i, { place, type }] of tags.entries()) {
    const last = entities.at(-1);
    if (place === INSIDE && last !== undefined) last.end = i + 1;
    if (place === BEGIN) entities.push({ type, start: i, end: i + 1 });
  }
  return entities;
}

const score = fc.double({ min: -5, max: 2, noNaN: true });
const matrix = (rows: number, columns: number) =>
  fc.array(fc.array(score, { minLength: columns, maxLength: columns }), {
    minLength: rows,
    maxLength: rows,
  });
const lattices = fc
  .record({ tokens: fc.integer({ min: 1, max: 5 }), types: fc.integer({ min: 1, max: 2 }) })
  .chain(({ tokens, types }) =>
    fc.record({
      scores: fc.record({ places: matrix(tokens, 3), types: matrix(tokens, types) }),
      transitions: matrix(4, 3),
      sequences: fc.constant(sequences(tokens, types)),
    }),
  );

test('finds the entities of the best sequence of tags, and their shares of all sequences', () => {
  fc.assert(
    fc.property(lattices, ({ scores, transitions, sequences }) => {
      const rated = sequences.map((tags) => ({ tags, score: scoreOf(tags, scores, transitions) }));
      const most = Math.max(...rated.map((one) => one.score));
      const total = rated.reduce((sum, one) => sum + Math.exp(one.score - most), 0);
      const found = bestEntities(scores, transitions);
      const best = rated.filter((one) => one.score > most - 1e-9);
      const plain = found.map(({ type, start, end }) => ({ type, start, end }));
      expect(best.map(({ tags }) => entitiesOf(tags))).toContainEqual(plain);
      for (const { type, start, end, probability } of found) {
        const share = rated
          .filter(({ tags }) =>
            entitiesOf(tags).some(
              (one) => one.type === type && one.start === start && one.end === end,
            ),
          )
          .reduce((sum, one) => sum + Math.exp(one.score - most), 0);
        expect(probability).toBeCloseTo(share / total, 9);
      }
    }),
    { numRuns: 150 },
  );
});

test('a sentence without tokens has no entities', () => {
  expect(bestEntities({ places: [], types: [] }, [])).toEqual([]);
});
