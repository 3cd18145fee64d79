import { Command } from 'commander';
import { registerEncoder } from '../../lib/cli/encoder';
import { type FakeHub, startHub } from '../helpers/downloads/fake-hub';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();
let hub: FakeHub;

beforeEach(async () => {
  process.env.METATORCH_CACHE = folder();
  hub = await startHub({
    'config.json': '{}',
    'model.safetensors': 'x'.repeat(100_000),
    'tokenizer.json': '{}',
  });
});
afterEach(async () => {
  delete process.env.METATORCH_CACHE;
  jest.restoreAllMocks();
  await hub.stop();
});

/** What the command prints to standard output and error. */
async function run(...words: string[]): Promise<{ out: string[]; error: string[] }> {
  const printed: { out: string[]; error: string[] } = { out: [], error: [] };
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.out.push(line));
  jest.spyOn(console, 'error').mockImplementation((line: string) => void printed.error.push(line));
  const program = new Command().exitOverride();
  registerEncoder(program);
  await program.parseAsync(['encoder', ...words], { from: 'user' });
  return printed;
}

test('downloads an encoder, prints its folder, and lists it', async () => {
  const { out, error } = await run('download', 'owner/model', '--endpoint', hub.url);
  expect(out).toEqual([expect.stringMatching(/encoders\/owner--model\/commits\/c0ffee0+$/)]);
  expect(error.at(-1)).toEqual(expect.stringMatching(/^100 % of 0\.1 MB \(.*json|safetensors\)$/));
  const listed = await run('list');
  expect(listed.out).toEqual([
    expect.stringMatching(/^ {2}owner\/model {3}c0ffee000000 {3}0\.1 MB {3}.+\.\.\..*00$/),
  ]);
  expect(listed.out[0]).toHaveLength(80);
  const [json = ''] = (await run('list', '--json')).out;
  expect(JSON.parse(json)).toEqual([
    expect.objectContaining({
      name: 'owner/model',
      folder: out[0],
      commit: `c0ffee${'0'.repeat(34)}`,
    }),
  ]);
});

test('offline, says what is missing', async () => {
  await expect(run('download', 'owner/model', '--offline')).rejects.toThrow(
    /offline, and the cache/,
  );
});
