import { measureHeads, SHOTS } from '../../../lib/cli/try/measure';
import { EncoderPool } from '../../../lib/serve';
import { datasetFromRows } from '../../../lib/text';

const WORDS = { money: ['loan', 'bank', 'credit'], animals: ['dog', 'cat', 'horse'] };

/** Texts that say over and over what they are about, so that any head tells them apart. */
function easy(count: number) {
  const rows = Object.entries(WORDS).flatMap(([label, words]) =>
    Array.from({ length: count }, (_, i) => ({
      text: `${words[i % 3]} ${words[(i + 1) % 3]} ${label} ${i}`,
      label,
    })),
  );
  const outOfScope = ['la la la', 'purple trigonometry at dawn'];
  return Object.assign(datasetFromRows(rows), { outOfScope });
}

test('heads are measured on the texts that they were not taught', async () => {
  await using pool = await EncoderPool.open();
  const heads = ['class-mean', 'auto'] as const;
  const measured = await measureHeads(pool, easy(SHOTS + 3), heads);
  expect(measured).toHaveLength(2);
  for (const { right, refused, found } of measured) {
    expect(right).toEqual({ mean: 1, halfWidth: 0, count: 10 });
    expect(refused.mean).toBeLessThan(0.5);
    expect(found.mean).toBe(1);
  }
  // The same draws each time.
  expect(await measureHeads(pool, easy(SHOTS + 3), heads)).toEqual(measured);
});

test('labels without a text for the test are refused', async () => {
  await using pool = await EncoderPool.open();
  await expect(measureHeads(pool, easy(SHOTS), ['auto'])).rejects.toThrow(/queries/);
});
