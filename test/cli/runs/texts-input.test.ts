import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { readTexts } from '../../../lib/cli/runs/texts-input';
import { collect } from '../../helpers/collect';
import { temporaryFolder } from '../../helpers/folders';

const folder = temporaryFolder();
const stdin = Object.getOwnPropertyDescriptor(process, 'stdin') ?? {};
afterEach(() => Object.defineProperty(process, 'stdin', stdin));

/** The batches of texts that standard input holds. */
function fromInput(...pieces: Buffer[]): Promise<string[][]> {
  const value = Readable.from(pieces, { objectMode: false });
  Object.defineProperty(process, 'stdin', { value, configurable: true });
  return collect(readTexts('-'));
}

test('lines of standard input in batches, without empty ones', async () => {
  const text = Buffer.from(`first\r\n \n${'more\n'.repeat(70)}last é`);
  const batches = await fromInput(text.subarray(0, 9), text.subarray(9, -1), text.subarray(-1));
  expect(batches.map(({ length }) => length)).toEqual([64, 8]);
  expect(batches.flat().at(0)).toBe('first');
  expect(batches.flat().at(-1)).toBe('last é');
  expect(await fromInput()).toEqual([]);
});

test('UTF-16 with a mark is read, and what is not text is refused with its place', async () => {
  expect(await fromInput(Buffer.from('\ufeffmy card\n', 'utf16le'))).toEqual([['my card']]);
  await expect(fromInput(Buffer.from('a\n'), Buffer.from('ff0a', 'hex'))).rejects.toThrow(
    'Cannot read standard input, line 2, column 1: expected UTF-8 but found the byte 0xff',
  );
  await expect(fromInput(Buffer.from('a\0b\n'))).rejects.toThrow('line 1, column 2');
});

test('a file is read in the same way, also packed', async () => {
  const path = join(folder(), 'texts.txt');
  writeFileSync(path, 'one\ntwo\n');
  expect(await collect(readTexts(path))).toEqual([['one', 'two']]);
  await expect(collect(readTexts(join(folder(), 'none')))).rejects.toMatchObject({
    code: 'ERR_TORCH_FILE',
    message: expect.stringMatching(/none.*ENOENT/),
  });
});
