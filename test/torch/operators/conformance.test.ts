import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSafetensors, torch } from '../../../lib/torch/index';
import { difference } from '../../conformance/compare';
import type { CallRecord, EncodedTensor } from '../../conformance/record';
import { replay } from '../../conformance/replay';

const FOLDER = join(__dirname, '..', '..', 'conformance', 'fixtures');

const records = readFileSync(join(FOLDER, 'calls.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as CallRecord);
const source = openSafetensors(join(FOLDER, 'samples.safetensors'));
afterAll(() => source.close());

describe("PyTorch's own samples give what PyTorch gives, to the second gradient", () => {
  const letters = [...new Set(records.map(({ op }) => op.slice(0, 1)))].sort();
  test.each(letters)('operators with %s', (letter) => {
    const failures = records
      .filter(({ op }) => op.startsWith(letter))
      .map((record) => ({ ...record, failure: replay(record, source).failure }))
      .filter(({ failure }) => failure !== undefined)
      .map(({ op, sample, failure }) => `${op} ${sample}: ${failure?.stage}: ${failure?.cause}`);
    expect(failures).toEqual([]);
  });

  test('the selection is large enough to mean something', () => {
    const names = new Set(records.map(({ op }) => op));
    const differentiated = records.filter(({ second }) => second !== null);
    expect(names.size).toBeGreaterThan(550);
    expect(differentiated.length).toBeGreaterThan(300);
  });

  test('nothing stays behind', () => {
    const before = torch.memory().tensors;
    for (const record of records.slice(0, 20)) replay(record, source);
    expect(torch.memory().tensors).toBe(before);
  });
});

describe('a departure is found', () => {
  const record = records.find(({ op }) => op === 'matmul') as CallRecord;
  const zeros = (shape: number[]): EncodedTensor => ({
    tensor: 'zero',
    shape,
    strides: shape.map(() => 0),
    offset: 0,
  });
  const withZero = {
    tensor: (name: string) =>
      name === 'zero' ? torch.zeros([1], { dtype: 'float64' }) : source.tensor(name),
  };
  const shapeOf = (encoded: unknown): number[] =>
    torch.scope(() => source.tensor((encoded as { tensor: string }).tensor).shape);

  test('in results and in gradients of both orders', () => {
    expect(replay(record, withZero)).toEqual({ door: 'method', orders: 2 });
    const result = record.results.map((value) => zeros(shapeOf(value)));
    expect(replay({ ...record, results: result }, withZero).failure).toMatchObject({
      stage: 'forward',
      cause: expect.stringMatching(/^result 0: element \d+ is -?[\d.]+ instead of -?0$/),
    });
    for (const [order, stage] of [
      ['first', 'gradient'],
      ['second', 'second gradient'],
    ] as const) {
      const of = record[order];
      if (of === null || !('gradients' in of)) throw new Error('Expected gradients');
      const gradients = of.gradients.map((value) => zeros(shapeOf(value)));
      const { failure } = replay({ ...record, [order]: { ...of, gradients } }, withZero);
      expect(failure).toMatchObject({ stage });
    }
  });

  test('of dtype, shape, layout, kind and elements', () => {
    const x = torch.tensor([1, 2]);
    expect(difference(x, torch.tensor([1, 2 + 1e-6]))).toBeUndefined();
    expect(difference(x, torch.tensor([1, 2.1]))).toMatch(/^element 1 is 2 instead of 2.0999/);
    expect(difference(x, torch.tensor([1, Number.NaN]))).toBe('element 1 is 2 instead of NaN');
    expect(difference(x, x.to('float64'))).toBe('dtype float32 instead of float64');
    expect(difference(x, x.unsqueeze(0))).toBe('shape [2] instead of [1, 2]');
    expect(difference(x, x.toSparse())).toBe('layout strided instead of sparse_coo');
    expect(difference(null, x)).toBe('null instead of a tensor');
    expect(difference(x, null)).toMatch(/instead of null$/);
    expect(difference(torch.tensor([1n]), torch.tensor([2n]))).toBe('element 0 is 1 instead of 2');
    const z = torch.complex(torch.tensor([1]), torch.tensor([2]));
    expect(difference(z, z.conj())).toMatch(/^element 0/);
  });
});
