import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Change } from '../../../lib/serve';
import { changeCheck } from '../../../lib/serve/store/changes';
import { Journal, lineOf } from '../../../lib/serve/store/journal';
import { temporaryFolder } from '../../helpers/folders';

const folder = temporaryFolder();
const path = () => join(folder(), 'journal.jsonl');
const removal = (label: string): Change => ({ type: 'removeLabel', label });

async function written(...changes: Change[]): Promise<Buffer> {
  const journal = await Journal.create<Change>(path());
  for (const change of changes) await journal.append(change);
  await journal.close();
  return readFileSync(path());
}
async function opened() {
  const { journal, changes } = await Journal.open(path(), changeCheck);
  await journal.close();
  return changes;
}

test('gives back what was written, whatever is in the texts', async () => {
  const text = fc.string({ unit: 'binary' });
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.record({
      type: fc.constant('addExamples' as const),
      examples: fc.array(fc.record({ text, label: text })),
    }),
    fc.record({ type: fc.constant('renameLabel' as const), label: text, name: text }),
    fc.record({ type: fc.constant('removeExamples' as const), texts: fc.array(text) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 5 }), async (changes) => {
      writeFileSync(path(), changes.map((one, i) => lineOf(i + 1, one)).join(''));
      expect(await opened()).toEqual(JSON.parse(JSON.stringify(changes)));
    }),
    { numRuns: 30 },
  );
});

test('a last line cut anywhere is dropped, and what comes next takes its place', async () => {
  const whole = await written(removal('a'), removal('b'));
  const first = whole.indexOf('\n') + 1;
  for (let length = first; length < whole.length; length++) {
    writeFileSync(path(), whole.subarray(0, length));
    const { journal, changes } = await Journal.open(path(), changeCheck);
    expect(changes).toEqual([removal('a')]);
    await journal.append(removal('c'));
    await journal.close();
    expect(await opened()).toEqual([removal('a'), removal('c')]);
  }
});

test('a file extended by zeros, as a power cut leaves it, loses only the zeros', async () => {
  await written(removal('a'));
  appendFileSync(path(), Buffer.alloc(100));
  expect(await opened()).toEqual([removal('a')]);
});

test('one damaged byte before the last line is an error that names the line', async () => {
  const whole = await written(removal('a'), removal('b'), removal('c'));
  const second = whole.indexOf('\n') + 1;
  const third = whole.indexOf('\n', second) + 1;
  for (let at = 0; at < third; at++) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path(), bytes);
    const line = at < second ? 1 : 2;
    await expect(Journal.open(path(), changeCheck)).rejects.toMatchObject({
      code: 'ERR_TORCH_FILE',
      path: path(),
      message: expect.stringContaining(`in line ${line} but found`),
    });
  }
});

test('a line that is missing, or stands twice, is damage', async () => {
  const lines = (await written(removal('a'), removal('b'), removal('c'))).toString().split('\n');
  for (const order of [
    [0, 2, 1],
    [1, 0, 2],
    [0, 0, 1],
  ]) {
    writeFileSync(path(), order.map((i) => `${lines[i]}\n`).join(''));
    await expect(Journal.open(path(), changeCheck)).rejects.toThrow(/found a damaged line/);
  }
});
