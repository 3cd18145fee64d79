import { join } from 'node:path';
import { Command } from 'commander';
import { registerDatasets } from '../../lib/cli/datasets';
import { temporaryFolder, writeFiles } from '../helpers/folders';

const folder = temporaryFolder();

beforeEach(() => {
  process.env.METATORCH_CACHE = join(folder(), 'cache');
});
afterEach(() => {
  delete process.env.METATORCH_CACHE;
  jest.restoreAllMocks();
});

/** What the command prints to standard output and error. */
async function run(...words: string[]): Promise<{ out: string[]; error: string[] }> {
  const printed: { out: string[]; error: string[] } = { out: [], error: [] };
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.out.push(line));
  jest.spyOn(console, 'error').mockImplementation((line: string) => void printed.error.push(line));
  const program = new Command().exitOverride();
  registerDatasets(program);
  await program.parseAsync(['datasets', ...words], { from: 'user' });
  return printed;
}

test('lists and describes the catalogue in 80 columns', async () => {
  const { out } = await run('list');
  expect(out).toHaveLength(16);
  expect(out[0]).toMatch(/^name +classes {2}about$/);
  expect(out.find((line) => line.startsWith('banking77'))).toMatch(
    /^banking77 +77 {2}What customers write/,
  );
  const { out: info } = await run('info', 'banking77');
  expect(info.join('\n')).toMatch(
    /licence {3}CC BY 4.0\n.*\n.*\nfiles {5}3, 3 with a known sha256; 1.1 MB known/,
  );
  for (const line of out) expect(line.length).toBeLessThanOrEqual(80);
  const json: unknown = JSON.parse((await run('info', 'banking77', '--json')).out.join('\n'));
  expect(json).toMatchObject({ name: 'banking77', classes: 77 });
});

test('adopts files, says what is not verified and what is missing, and tells the folder', async () => {
  const own = writeFiles(join(folder(), 'own'), { 'rcv1.json': '{"text": "x", "label": 1}\n' });
  const { out, error } = await run('get', 'rcv1', '--from', own);
  expect(out).toEqual([join(folder(), 'cache/datasets/rcv1')]);
  expect(error).toEqual([expect.stringMatching(/^rcv1\.json: no published sha256/)]);
  expect((await run('path', 'rcv1')).out).toEqual(out);
});

test.each([
  [['info', 'bank77'], "the nearest is 'banking77'"],
  [['path', 'banking77'], 'Get it: metatorch datasets get banking77'],
  [['get', 'rcv1'], 'It may not be passed on'],
  [['sheet', 'none.csv'], 'expected a file or folder of texts'],
])('says in one line what is wrong with %j', async (words, message) => {
  await expect(run(...words)).rejects.toMatchObject({
    name: expect.stringMatching(/TorchError|DataFileError/),
    message: expect.stringContaining(message),
  });
});

test('prints a data sheet in 80 columns, or as JSON', async () => {
  const long = 'please tell me where the new card that you sent is '.repeat(3);
  const rows = Array.from({ length: 40 }, (_, i) => `text number ${i},class ${i}\n`).join('');
  const path = join(
    writeFiles(folder(), { 'file.csv': `text,label\n${rows}${long},a\n${long},b\n` }),
    'file.csv',
  );
  const { out } = await run('sheet', path);
  const text = out.join('\n');
  expect(text).toMatch(/^file\.csv: csv, since its name ends in \.csv/);
  expect(text).toMatch(/rows +42\n/);
  expect(text).toMatch(/\.\.\. 12 others/);
  expect(text).toMatch(
    /1 pair of like texts under different labels:\n {2}1\.00 {2}42 {2}please tell me .*\.\.\. +a\n +43 {2}please/,
  );
  for (const line of out) expect(line.length).toBeLessThanOrEqual(80);
  const json: unknown = JSON.parse((await run('sheet', path, '--json')).out.join('\n'));
  expect(json).toMatchObject({ format: 'csv', rows: 42, suspectCount: 1 });
});

test('shows as many splits as there is room for, and else their sizes apart', async () => {
  const sheetOf = async (count: number) => {
    const rows = Array.from(
      { length: count },
      (_, i) => `text ${i},a long name of a class,split${i}\n`,
    );
    const path = join(
      writeFiles(folder(), { 'file.csv': `text,label,part\n${rows.join('')}` }),
      'file.csv',
    );
    const { out } = await run('sheet', path, '--split', 'part');
    for (const line of out) expect(line.length).toBeLessThanOrEqual(80);
    return out.join('\n');
  };
  const six = await sheetOf(6);
  expect(six).toMatch(/class( +split\d){6}\n/);
  expect(six).toMatch(/a long name .*( +1){6}\n/);
  const many = await sheetOf(20);
  expect(many).toMatch(/split19 +1\n/);
  expect(many).toMatch(/a long name of a class +20\n/);
});
