import fc from 'fast-check';
import { type Core, coreOf, grown, narrowed, type Rows } from '../../lib/serve/core';
import { HEAD_NAMES, type HeadName } from '../../lib/serve/heads';
import { indices } from '../../lib/serve/heads/features';
import type { HeadMap } from '../../lib/serve/heads/head-map';
import { score } from '../../lib/serve/predict';
import { disposeTree, type Tensor, torch } from '../../lib/torch';
import { unit } from './clusters';

const SIZE = 8;
const QUERIES = 5;

const map: HeadMap = {
  weights: torch.randn([SIZE, SIZE], { generator: torch.generator(4) }).div(2),
  direction: unit(torch.ones([SIZE])),
  gate: torch.tensor([-1, 1.5]),
};
const queries = torch.randn([QUERIES, SIZE], { generator: torch.generator(5) });

/** An example by the number of its text and of its label. */
type Numbered = { text: number; label: number };

const MOST_LABELS = 12;
const [centres, near] = [MOST_LABELS, 11_000].map((count, seed) =>
  torch.randn([count, SIZE], { generator: torch.generator(seed) }),
) as [Tensor, Tensor];
/** Names near what they name; every fourth label has none. */
const names = unit(
  centres.add(torch.randn([MOST_LABELS, SIZE], { generator: torch.generator(6) })),
).mul(torch.arange(MOST_LABELS).remainder(4).ne(3).unsqueeze(1));

/**
 * The vector of a text is made from its number, near its label's. Every 40th has no known token.
 *
 * @param known the number of labels whose names are known
 */
function rowsOf(examples: readonly Numbered[], known = 0): Rows {
  const vectors = torch.scope(() => {
    const read = torch.tensor(examples.map(({ text }) => [text % 40 === 39 ? 0 : 1]));
    const own = near.indexSelect(0, indices(examples.map(({ text }) => text)));
    return centres
      .indexSelect(0, indices(examples.map(({ label }) => label)))
      .add(own)
      .mul(read);
  });
  return {
    read: { vectors, known: examples.map(({ text }) => text % 40 !== 39) },
    y: examples.map(({ label }) => label),
    keys: examples.map(({ text }) => Math.imul(text + 1, 0x9e3779b1) >>> 0),
    names: names.narrow(0, known, Math.max(0, labelsOf(examples) - known)),
  };
}

type Edit = { add: readonly number[] } | { remove: number };

/** Edits add examples of labels 0, 1, 2 …, where the last one may be new, or remove every so many. */
const edits = fc.array(
  fc.oneof(
    fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }).map((add): Edit => ({ add })),
    fc.integer({ min: 3, max: 9 }).map((remove): Edit => ({ remove })),
  ),
  { minLength: 1, maxLength: 4 },
);

/** The examples after an edit, with the rows of those before that stay, and what is new. */
function edited(before: readonly Numbered[], edit: Edit, from: number) {
  const labels = 1 + Math.max(...before.map(({ label }) => label));
  if ('add' in edit) {
    const fits = (label: number, i: number) => (i === 0 ? label % (labels + 1) : label % labels);
    const added = edit.add.map((label, i) => ({ text: from + i, label: fits(label, i) }));
    return { kept: [...before.keys()], added };
  }
  const kept = [...before.keys()].filter((row) => row % edit.remove !== 1);
  const left = new Set(kept.map((row) => before[row]?.label));
  // Labels keep their numbers here, so each must keep an example.
  return { kept: left.size === labels ? kept : [...before.keys()], added: [] };
}

const labelsOf = (examples: readonly Numbered[]): number =>
  1 + Math.max(...examples.map(({ label }) => label));

/** The greatest difference of what two cores say of the queries. */
function difference(one: Core, other: Core): number {
  const [a, b] = [score(one, queries), score(other, queries)];
  expect([...a.nearest]).toEqual([...b.nearest]);
  const pairs = [
    [a.probabilities, b.probabilities],
    [a.familiarity, b.familiarity],
    [a.similarities, b.similarities],
  ] as const;
  return Math.max(
    ...pairs.map(([own, anew]) => Math.max(...own.map((x, i) => Math.abs(x - (anew[i] ?? 0))))),
  );
}

function sameAsAnew(head: HeadName, base: readonly Numbered[], sequence: readonly Edit[]): void {
  const fitting = { options: { head, falseAlarms: 0.05 }, map };
  let examples = base;
  let core = coreOf(rowsOf(base), labelsOf(base), fitting);
  for (const [i, edit] of sequence.entries()) {
    const { kept, added } = edited(examples, edit, 10_000 + 10 * i);
    const before = core;
    examples = [...kept.flatMap((row) => examples[row] ?? []), ...added];
    const y = examples.map(({ label }) => label);
    core =
      added.length > 0
        ? grown(before, rowsOf(added, before.labels), labelsOf(examples), fitting)
        : narrowed(before, { rows: kept, y, labels: labelsOf(examples) }, fitting);
    disposeTree(before);
  }
  const anew = coreOf(rowsOf(examples), labelsOf(examples), fitting);
  expect(core.fitted.accuracy).toBe(anew.fitted.accuracy);
  expect([...core.known]).toEqual([...anew.known]);
  expect([...core.sample]).toEqual([...anew.sample]);
  expect(difference(core, anew)).toBeLessThan(1e-6);
  disposeTree([core, anew]);
}

const examplesOf = (labels: number, shots: number): Numbered[] =>
  Array.from({ length: labels * shots }, (_, i) => ({ text: i, label: i % labels }));

/** Heads whose fit takes many steps. */
const ITERATIVE: ReadonlySet<HeadName> = new Set(['logistic', 'svm']);

test.each(HEAD_NAMES)('any edits of %s come to the same as fitting anew', (head) => {
  const first = fc.record({
    labels: fc.integer({ min: 2, max: 4 }),
    shots: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(first, edits, ({ labels, shots }, sequence) => {
      torch.scope(() => sameAsAnew(head, examplesOf(labels, shots), sequence));
    }),
    { numRuns: ITERATIVE.has(head) ? 2 : 10, endOnFailure: true },
  );
});

test.each(['class-mean', 'meta-trained', 'nearest-examples'] as const)(
  'of more examples than are copied by an addition too: %s',
  (head) => {
    fc.assert(
      fc.property(edits, (sequence) => {
        torch.scope(() => sameAsAnew(head, examplesOf(3, 180), sequence));
      }),
      { numRuns: 2, endOnFailure: true },
    );
  },
);
