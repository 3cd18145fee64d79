import { assertClose, tensorMatchers, tensorsAreEqual } from '../../lib/testing';
import { torch } from '../../lib/torch';

expect.addEqualityTesters([tensorsAreEqual]);
expect.extend(tensorMatchers);

const x = torch.tensor([
  [1, 2],
  [3, Number.NaN],
]);

describe('toEqual with the tester', () => {
  test('compares values, shapes and dtypes wherever tensors stand', () => {
    expect(x).toEqual(x.clone());
    expect({ a: [x] }).toEqual({ a: [x.clone()] });
    expect([{ x }]).toContainEqual({ x: x.clone() });
    expect(x).toEqual(expect.anything());
    expect(x).not.toEqual(x.add(1));
    expect(x).not.toEqual(x.to('float64'));
    expect(x).not.toEqual(x.flatten());
    expect(torch.zeros([0, 3])).not.toEqual(torch.zeros([0, 4]));
    expect(torch.tensor(1)).toEqual(torch.tensor(1));
    expect(torch.tensor(1)).not.toEqual(1);
    expect({ x }).not.toEqual({ x: 1 });
  });

  test('is what Jest says that it lacks without it', () => {
    // Jest iterates over what can be iterated over, down to tensors without dimensions.
    expect(() => [...torch.tensor(1)]).toThrow('metatorch/testing');
  });
});

describe('toEqualTensor', () => {
  test('passes for equal tensors, NaN and all', () => {
    expect(x).toEqualTensor(x.clone());
    expect(torch.tensor([2n ** 60n])).not.toEqualTensor(torch.tensor([2n ** 60n + 1n]));
    expect(torch.tensor([0])).not.toEqualTensor(torch.tensor([-0]));
    const z = torch.tensor([{ re: 1, im: 2 }]);
    expect(z).toEqualTensor(z.clone());
    expect(z).not.toEqualTensor(z.conj().clone());
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'the element',
      () => expect(torch.tensor([[1, 2]])).toEqualTensor(torch.tensor([[1, 3]])),
      /1 of 2 elements differ, first at \[0, 1\]: expected 3 but received 2[\s\S]*float32 \[1, 2\] tensor\(\[\[1\., 3\.\]\]\)[\s\S]*Received: float32/,
    ],
    [
      'the shape',
      () => expect(x).toEqualTensor(x.flatten()),
      /Expected shape \[4\] but received \[2, 2\]/,
    ],
    [
      'the dtype',
      () => expect(x).toEqualTensor(x.to('float64')),
      /Expected dtype float64 but received float32/,
    ],
    [
      'what is no tensor',
      () => expect(1).toEqualTensor(x),
      /a tensor for received but received number 1/,
    ],
  ])('tells %s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe('closeness', () => {
  // torch.testing.assert_close: rtol 1.3e-6 and atol 1e-5 for float32.
  test('has the tolerances of PyTorch', () => {
    const one = torch.tensor([1]);
    expect(torch.tensor([1 + 1e-5])).toBeCloseToTensor(one);
    expect(torch.tensor([1 + 2e-5])).not.toBeCloseToTensor(one);
    expect(torch.tensor([1 + 2e-5])).toBeCloseToTensor(one, { rtol: 1e-4 });
    expect(torch.tensor([1 + 2e-5])).toBeCloseToTensor(one, { atol: 1e-4 });
    expect(torch.tensor([1n])).not.toBeCloseToTensor(torch.tensor([2n]));
    expect(torch.tensor([1n])).toBeCloseToTensor(torch.tensor([2n]), { atol: 1 });
    expect(torch.tensor([1 + 1.5e-7], { dtype: 'float64' })).toBeCloseToTensor(
      torch.tensor([1], { dtype: 'float64' }),
    );
    expect(torch.tensor([1 + 3e-7], { dtype: 'float64' })).not.toBeCloseToTensor(
      torch.tensor([1], { dtype: 'float64' }),
    );
  });

  test('takes infinities as they are, and NaN only if told to', () => {
    const edge = torch.tensor([Number.POSITIVE_INFINITY, Number.NaN]);
    expect(edge).not.toBeCloseToTensor(edge.clone());
    expect(edge).toBeCloseToTensor(edge.clone(), { equalNan: true });
    expect(torch.tensor([1])).not.toBeCloseToTensor(torch.tensor([Number.POSITIVE_INFINITY]));
  });

  test('assertClose throws what differs', () => {
    assertClose(x, x.add(1e-6), { equalNan: true });
    expect(() => assertClose(torch.tensor([1]), torch.tensor([2]))).toThrow(
      /1 of 1 elements differ \(rtol 0\.0000013, atol 0\.00001\), first at \[0\]: expected 2 but received 1/,
    );
    expect(() => assertClose(x, 1 as never)).toThrow('a tensor for expected');
    expect(() => assertClose(x, x, { rtol: -1 })).toThrow('at least 0 for rtol');
    expect(() => assertClose(x, x, { rtoll: 1 } as never)).toThrow('Unknown option rtoll');
  });
});
