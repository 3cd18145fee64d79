import fc from 'fast-check';
import { DTYPES, type Dtype, torch } from '../../../lib/torch/index';

describe('resultType', () => {
  const integers = torch.tensor([1n]);
  const floats = torch.tensor([1]);

  test('is that of arithmetic', () => {
    expect(torch.resultType(integers, 2)).toBe('int64');
    expect(torch.resultType(integers, 0.5)).toBe('float32');
    expect(torch.resultType(0.5, integers)).toBe('float32');
    expect(torch.resultType(floats, torch.tensor(1n))).toBe('float32');
    expect(torch.resultType(floats.to('float16'), torch.zeros([]))).toBe('float16');
    expect(torch.resultType(floats, { re: 0, im: 1 })).toBe('complex64');
    expect(torch.resultType(1, true)).toBe('int64');
  });

  test('agrees with add for every pair of dtypes', () => {
    // libtorch does not promote unsigned integers wider than 8 bits with others.
    const plain = DTYPES.filter((dtype) => !/uint(16|32|64)/.test(dtype));
    for (const a of plain) {
      for (const b of plain) {
        torch.scope(() => {
          const sum = torch.ones([1], { dtype: a }).add(torch.ones([1], { dtype: b }));
          expect([a, b, torch.promoteTypes(a, b)]).toEqual([a, b, sum.dtype]);
        });
      }
    }
  });
});

test('promoteTypes and canCast', () => {
  expect(torch.promoteTypes('int32', 'float16')).toBe('float16');
  expect(torch.promoteTypes('uint8', 'int8')).toBe('int16');
  expect(torch.promoteTypes('float32', 'complex64')).toBe('complex64');
  expect(torch.canCast('float64', 'float16')).toBe(true);
  expect(torch.canCast('float32', 'int64')).toBe(false);
  expect(() => torch.promoteTypes('float' as Dtype, 'int64')).toThrow('Expected a dtype');
  expect(() => torch.canCast('int64', 'int' as Dtype)).toThrow('for to but received');
  expect(() => torch.canCast('int' as Dtype, 'int64')).toThrow('for from but received');
  expect(() => torch.promoteTypes('int64', 'float' as Dtype)).toThrow('for b but received');
});

describe('broadcasting', () => {
  test('broadcastTensors', () => {
    const [a, b] = torch.broadcastTensors([torch.tensor([1, 2]), torch.tensor([[3], [4]])]);
    expect(a?.tolist()).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(b?.tolist()).toEqual([
      [3, 3],
      [4, 4],
    ]);
  });

  test('broadcastShapes agrees with add', () => {
    const shape = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 });
    const outcome = (run: () => number[]): number[] | 'refused' => {
      try {
        return run();
      } catch {
        return 'refused';
      }
    };
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const added = outcome(() => torch.scope(() => torch.zeros(a).add(torch.zeros(b)).shape));
        expect(outcome(() => torch.broadcastShapes(a, b))).toEqual(added);
      }),
      { numRuns: 300 },
    );
  });

  test('broadcastShapes of any number of shapes, and errors', () => {
    expect(torch.broadcastShapes()).toEqual([]);
    expect(torch.broadcastShapes([2, 1], [3], [1, 1, 1])).toEqual([1, 2, 3]);
    expect(() => torch.broadcastShapes([2], [3])).toThrow(
      'broadcastShapes: Expected shapes that broadcast together but received [2] and [3]',
    );
    expect(() => torch.broadcastShapes([-1])).toThrow('Expected an array of sizes');
  });
});
