import { EncoderPool, FewShotClassifier } from '../../lib/serve';
import { nextFit, sharedPool } from '../helpers/served';

const pool = sharedPool();

/** Labels whose texts share their words: logistic regression takes many steps to tell them apart. */
const MANY = Object.fromEntries(
  Array.from({ length: 80 }, (_, label) => [
    `label ${label}`,
    Array.from({ length: 8 }, (_, i) => `card ${(label * 7 + i * 3) % 50} lost ${label * 8 + i}`),
  ]),
);

test('a fit that has begun is given up by its signal, and the threads go on', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const begun = nextFit(pool());
  const fit = FewShotClassifier.fit(MANY, {
    pool: pool(),
    head: 'logistic',
    signal: controller.signal,
  });
  await begun;
  controller.abort(reason);
  await expect(fit).rejects.toBe(reason);
  await using other = await FewShotClassifier.fit({ a: ['one'], b: ['two'] }, { pool: pool() });
  expect(other.labels).toEqual(['a', 'b']);
  expect(pool()).toBeInstanceOf(EncoderPool);
});
