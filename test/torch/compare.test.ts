import assert from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { type Tensor, torch } from '../../lib/torch';
import { sameTensors } from '../../lib/torch/compare';

const x = torch.tensor([1, 2]);

describe('deepStrictEqual', () => {
  test('finds equal what is, however it was made', () => {
    assert.deepStrictEqual({ x }, { x: torch.tensor([0, 1]).add(1) });
    assert.deepStrictEqual([torch.tensor(Number.NaN)], [torch.tensor(Number.NaN)]);
    assert.deepStrictEqual(torch.eye(3).toSparse(), torch.eye(3).toSparse());
    assert.deepStrictEqual(torch.arange(0, 1000), torch.arange(0, 1000));
  });

  test.each<[string, () => Tensor]>([
    ['another element', () => torch.tensor([1, 3])],
    ['one that is printed the same', () => torch.tensor([1, 2.0000002384185791])],
    ['another dtype', () => torch.tensor([1, 2], { dtype: 'float64' })],
    ['another shape', () => torch.tensor([[1, 2]])],
  ])('finds %s different, and shows both', (_, other) => {
    const compare = () => assert.deepStrictEqual({ x }, { x: other() });
    expect(compare).toThrow(assert.AssertionError);
    expect(compare).toThrow('Tensor float32 [2] (1, 2)');
  });

  test('sees empty shapes, signs of zero and elements beyond those it writes', () => {
    expect(isDeepStrictEqual(torch.zeros([0, 3]), torch.zeros([0, 4]))).toBe(false);
    expect(isDeepStrictEqual(torch.tensor(0), torch.tensor(-0))).toBe(false);
    const large = torch.zeros([1000]);
    expect(isDeepStrictEqual(large, large.indexPut(999, 1))).toBe(false);
  });
});

test('tensors of equal bits are the same, and others are not', () => {
  const numbers = fc.array(fc.float(), { maxLength: 20 });
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      torch.scope(() => {
        const [left, right] = [torch.tensor(a), torch.tensor(b)];
        expect(sameTensors(left, left.clone())).toBe(true);
        const equal = a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
        expect(sameTensors(left, right)).toBe(equal);
      });
    }),
  );
});
