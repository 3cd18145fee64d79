import { atOnce, inTurns, nextTurn } from '../lib/next-turn';

function* work(done: string[]): Generator<void, number> {
  try {
    for (const own of ['a', 'b', 'c']) {
      done.push(own);
      yield;
    }
    return 3;
  } finally {
    done.push('end');
  }
}

test('work is done at once, or in turns with other work', async () => {
  const done: string[] = [];
  expect(atOnce(work(done))).toBe(3);
  const other = (async () => {
    for (let i = 0; i < 2; i++) {
      await nextTurn();
      done.push('other');
    }
  })();
  expect(await inTurns(work(done))).toBe(3);
  await other;
  expect(done.slice(0, 4)).toEqual(['a', 'b', 'c', 'end']);
  expect(done.indexOf('other')).toBeLessThan(done.lastIndexOf('c'));
});

test('a signal ends work where it comes up, and its end is done', async () => {
  const done: string[] = [];
  const stop = new AbortController();
  const ended = inTurns(work(done), stop.signal);
  stop.abort('stop');
  await expect(ended).rejects.toBe('stop');
  expect(done).toEqual(['a', 'end']);
  await expect(inTurns(work([]), AbortSignal.abort('before'))).rejects.toBe('before');
});
