import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFolder } from '../../lib/cli/own-folder';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();
const inner = () => join(folder(), 'there', 'a', 'b');

beforeEach(() => mkdirSync(join(folder(), 'there')));

test('what was made and stays empty is removed, after a failure too', async () => {
  await withFolder(inner(), async () => {
    expect(readdirSync(inner())).toEqual([]);
  });
  const failing = withFolder(inner(), () => Promise.reject(new Error('own')));
  await expect(failing).rejects.toThrow('own');
  expect(readdirSync(folder())).toEqual(['there']);
  expect(readdirSync(join(folder(), 'there'))).toEqual([]);
});

test('what holds something stays, and so does what was there before', async () => {
  await withFolder(inner(), async () => writeFileSync(join(inner(), 'file'), ''));
  expect(readdirSync(inner())).toEqual(['file']);
  mkdirSync(join(folder(), 'empty'));
  await withFolder(join(folder(), 'empty'), async () => undefined);
  expect(readdirSync(folder()).sort()).toEqual(['empty', 'there']);
});
