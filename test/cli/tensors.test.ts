import { join } from 'node:path';
import { Command } from 'commander';
import { registerTensors } from '../../lib/cli/tensors';
import { torch, writeNpz, writeSafetensors } from '../../lib/torch';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();
const weight = torch.tensor([
  [1, -2],
  [3, 4],
]);

afterEach(() => {
  process.exitCode = undefined;
  jest.restoreAllMocks();
});

async function run(...words: string[]): Promise<string[]> {
  const printed: string[] = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  const program = new Command().exitOverride();
  registerTensors(program);
  await program.parseAsync(['tensors', ...words], { from: 'user' });
  return printed;
}

function write(name: string, tensors: Parameters<typeof writeSafetensors>[1]): string {
  const file = join(folder(), name);
  writeSafetensors(file, tensors);
  return file;
}

test('lists dtypes, shapes and ranges, and what is not finite', async () => {
  const long = `encoder.${'layers.0.'.repeat(12)}bias`;
  const file = write('a.safetensors', {
    weight,
    [long]: torch.tensor([0.5, Number.NaN, Infinity]),
    empty: torch.empty(0, 3),
  });
  const lines = await run(file);
  expect(lines.find((line) => line.startsWith('weight'))).toMatch(/float32 \[2, 2\] {2}-2 to 4$/);
  expect(lines.find((line) => line.includes('not finite'))).toMatch(/0 to 0.5 {2}2 not finite$/);
  expect(lines.at(-1)).toBe('3 tensors, 7 elements');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  const json: { tensors: unknown[] } = JSON.parse((await run(file, '--json')).join('\n'));
  expect(json.tensors).toContainEqual({
    ...{ name: 'weight', dtype: 'float32', shape: [2, 2], range: [-2, 4], odd: 0 },
  });
});

test('two files that hold the same agree, also of different formats', async () => {
  const file = write('a.safetensors', { weight, count: torch.tensor([1n]) });
  const other = join(folder(), 'b.npz');
  writeNpz(other, { weight: weight.add(1e-7), count: torch.tensor([1n]) });
  expect((await run(file, other)).at(-1)).toBe('all 2 tensors agree');
  expect(process.exitCode).toBeUndefined();
});

test('what differs is named, and the command fails', async () => {
  const file = write('a.safetensors', { weight, bias: torch.ones(2), only: torch.ones(1) });
  const other = write('b.safetensors', { weight: weight.add(0.5), bias: torch.ones(3) });
  const lines = await run(file, other);
  expect(lines).toContainEqual(expect.stringMatching(/^weight {2}differs {2}apart by 0.5$/));
  expect(lines).toContainEqual(expect.stringMatching(/^bias {4}shape 2 and 3$/));
  expect(lines).toContainEqual(expect.stringMatching(/^only {4}only in the first$/));
  expect(lines.at(-1)).toBe('3 of 3 tensors do not agree');
  expect(process.exitCode).toBe(1);
  const json = JSON.parse((await run(file, other, '--json', '--atol', '1')).join('\n'));
  expect(json).toMatchObject({
    atol: 1,
    tensors: expect.arrayContaining([
      expect.objectContaining({ name: 'weight', distance: 0.5, problem: null }),
    ]),
  });
});

test('wrong files and numbers are refused', async () => {
  await expect(run('model.pt')).rejects.toMatchObject({ code: 'ERR_TORCH_ARGUMENT' });
  await expect(run(join(folder(), 'none.safetensors'))).rejects.toMatchObject({
    code: 'ERR_TORCH_FILE',
  });
  await expect(run('a.npz', 'b.npz', '--rtol', 'x')).rejects.toMatchObject({ exitCode: 1 });
});
