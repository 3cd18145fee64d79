import fc from 'fast-check';
import { EncoderPool, FewShotClassifier } from '../../lib/serve';
import { rowsWith } from '../../lib/serve/edits';
import { HEAD_NAMES, type HeadName } from '../../lib/serve/heads';
import { loadIntents } from '../../lib/text';

const intents = loadIntents();
const LABELS = intents.classes.slice(0, 8);
const QUERIES = [
  ...LABELS.flatMap((label) => intents.examples(label).slice(12, 14)),
  ...intents.outOfScope.slice(0, 4),
  '',
];

let pool: EncoderPool;
beforeAll(async () => {
  pool = await EncoderPool.start({ fitters: 1 });
});
afterAll(() => pool.close());

/** Numbers choose among the labels and examples that are there, by their rest. */
type Edit =
  | { kind: 'add'; topic: number; from: number; count: number; again: number }
  | { kind: 'move' | 'remove' | 'removeLabel' | 'rename'; at: number };

const edits = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('add' as const),
      topic: fc.nat(LABELS.length - 1),
      from: fc.nat(8),
      count: fc.integer({ min: 1, max: 3 }),
      again: fc.nat(),
    }),
    fc.record({
      kind: fc.constantFrom('move', 'remove', 'removeLabel', 'rename'),
      at: fc.nat(),
    }),
  ),
  { minLength: 4, maxLength: 6 },
);

const choose = <T>(list: readonly T[], at: number): T => {
  const chosen = list[at % list.length];
  if (chosen === undefined) throw new Error('Expected something to choose from');
  return chosen;
};

async function apply(classifier: FewShotClassifier, edit: Edit, step: number): Promise<void> {
  const { examples, labels } = classifier;
  if (edit.kind === 'add') {
    const { topic, from, count, again } = edit;
    const label = choose(LABELS, topic);
    const texts = intents.examples(label).slice(from, from + count);
    // A head that gives several labels meets texts that it knows under others.
    if (classifier.head === 'multi-label') texts.push(choose(examples, again).text);
    await classifier.addExamples({ [label]: texts });
  } else if (edit.kind === 'rename') {
    await classifier.renameLabel(choose(labels, edit.at), `label ${step}`);
  } else if (edit.kind === 'removeLabel') {
    await classifier.removeLabel(choose(labels, edit.at));
  } else {
    const example = choose(examples, edit.at);
    await classifier.removeExamples([example.text]);
    if (edit.kind === 'move') await classifier.addExamples([example]);
  }
}

async function sameAsAnew(head: HeadName, sequence: readonly Edit[]): Promise<void> {
  const start = LABELS.slice(0, 3).map((label, i) => [
    label,
    intents.examples(label).slice(0, 1 + i),
  ]);
  await using classifier = await FewShotClassifier.fit(Object.fromEntries(start), { pool, head });
  for (const [step, edit] of sequence.entries()) {
    // What is refused, such as to remove one of two labels, changes nothing.
    await apply(classifier, edit, step).catch((error: unknown) => {
      expect(String(error)).toMatch(/^(Argument)?RangeError: .*(2 labels|under one label)/);
    });
  }
  await using anew = await FewShotClassifier.fit(classifier.examples, { pool, head });
  expect(classifier.labels).toEqual(anew.labels);
  expect(classifier.heldOutAccuracy).toBe(anew.heldOutAccuracy);
  const [own, others] = [await classifier.predict(QUERIES), await anew.predict(QUERIES)];
  for (const [i, { label, unknown, probabilities }] of own.entries()) {
    expect({ label, unknown }).toEqual({ label: others[i]?.label, unknown: others[i]?.unknown });
    for (const [name, probability] of Object.entries(probabilities)) {
      expect(Math.abs(probability - (others[i]?.probabilities[name] ?? Number.NaN))).toBeLessThan(
        1e-5,
      );
    }
  }
}

test.each(HEAD_NAMES)('edits in any order come to the same as fitting anew: %s', async (head) => {
  await fc.assert(
    fc.asyncProperty(edits, (sequence) => sameAsAnew(head, sequence)),
    { numRuns: head === 'multi-label' ? 4 : 2, endOnFailure: true },
  );
});

test('a text that comes under another label later is the same text', async () => {
  const [label = '', other = '', third = ''] = LABELS;
  const first = (name: string) => intents.examples(name).slice(0, 3);
  const examples = { [label]: first(label), [other]: first(other) };
  await using grown = await FewShotClassifier.fit(examples, { pool, head: 'multi-label' });
  await grown.addExamples({ [third]: [...first(label).slice(1, 2), 'what else is there?'] });
  await using anew = await FewShotClassifier.fit(grown.examples, { pool, head: 'multi-label' });
  expect(grown.heldOutAccuracy).toBe(anew.heldOutAccuracy);
  const [[own], [same]] = [await grown.predict(QUERIES), await anew.predict(QUERIES)];
  expect(own?.probabilities[third]).toBeCloseTo(same?.probabilities[third] ?? 0, 5);
});

test('labels stand in the order of their first example that is left', () => {
  const rows = ['a', 'b', 'a', 'c'].map((label, i) => ({ text: `text ${i}`, label }));
  const left = rowsWith({ rows }, ({ text }) => text !== 'text 0');
  expect(left.labels).toEqual(['b', 'a', 'c']);
  expect(left.places).toEqual([1, 2, 3]);
});
