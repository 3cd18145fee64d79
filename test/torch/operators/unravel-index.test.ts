import fc from 'fast-check';
import { torch } from '../../../lib/torch';

test('coordinates of flat indices', () => {
  const indices = torch.tensor([[1234n], [5678n]]);
  const places = torch.unravelIndex(indices, [10, 10, 10, 10]);
  expect(places.map((place) => place.flatten().tolist())).toEqual([
    [1n, 5n],
    [2n, 6n],
    [3n, 7n],
    [4n, 8n],
  ]);
  expect(places[0]?.shape).toEqual([2, 1]);
  expect(torch.unravelIndex(torch.tensor(4n), 5)[0]?.tolist()).toBe(4n);
  expect(torch.unravelIndex(torch.tensor(0n), [])).toEqual([]);
});

test('indices beyond wrap around, as in PyTorch', () => {
  const places = torch.unravelIndex(torch.tensor([7n, -1n, 3n]), [3, 2]);
  expect(places.map((place) => place.tolist())).toEqual([
    [0n, 2n, 1n],
    [1n, 1n, 1n],
  ]);
});

test('they index the elements of any shape', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
      (shape) => {
        torch.scope(() => {
          const count = shape.reduce((product, size) => product * size, 1);
          const flat = torch.arange(count, { dtype: 'int64' });
          const x = flat.view(shape);
          expect(x.index(torch.unravelIndex(flat, shape)).equal(flat)).toBe(true);
        });
      },
    ),
    { numRuns: 30 },
  );
});

test.each<[string, () => unknown, string]>([
  ['floats', () => torch.unravelIndex(torch.ones([2]), [3]), 'Expected integers for indices'],
  ['booleans', () => torch.unravelIndex(torch.tensor([true]), [3]), 'Expected integers'],
  ['no tensor', () => torch.unravelIndex([1] as never, [3]), 'Expected a tensor for indices'],
  [
    'a negative size',
    () => torch.unravelIndex(torch.tensor([1n]), [3, -1]),
    'Expected an integer of at least 0 for shape[1] of unravelIndex but received number -1',
  ],
  [
    'sizes with holes',
    () => torch.unravelIndex(torch.tensor([1n]), new Array(2 ** 32 - 1)),
    'Expected an array without holes for shape of unravelIndex',
  ],
])('%s are refused', (_, call, message) => {
  expect(call).toThrow(message);
});

test('it leaves nothing', () => {
  const indices = torch.tensor([3n, 1n]);
  torch.assertNoLeaks(() => torch.scope(() => void torch.unravelIndex(indices, [2, 2])));
});
