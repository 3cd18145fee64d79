import fc from 'fast-check';
import { ArgumentRangeError } from '../../lib/errors';
import { encodeBatch } from '../../lib/text/encode-batch';

test('fills short rows with the id of <pad> and masks them', () => {
  expect(encodeBatch([[5, 6, 7], Int32Array.of(8), []])).toEqual({
    ids: Int32Array.of(5, 6, 7, 8, 0, 0, 0, 0, 0),
    mask: Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0, 0),
    shape: [3, 3],
  });
});

test('cuts after maxLength tokens', () => {
  expect(encodeBatch([[5, 6, 7], [8]], { maxLength: 2, padId: 9 })).toEqual({
    ids: Int32Array.of(5, 6, 8, 9),
    mask: Float32Array.of(1, 1, 1, 0),
    shape: [2, 2],
  });
});

test('is as long as the longest row, not as maxLength', () => {
  expect(encodeBatch([[1], [2, 3]], { maxLength: 50 }).shape).toEqual([2, 2]);
});

test('has length 1 if every text is empty, or there is none', () => {
  expect(encodeBatch([[], []])).toEqual({
    ids: Int32Array.of(0, 0),
    mask: Float32Array.of(0, 0),
    shape: [2, 1],
  });
  expect(encodeBatch([]).shape).toEqual([0, 1]);
});

test('a token whose id is that of padding is not masked', () => {
  expect(encodeBatch([[0, 3]]).mask).toEqual(Float32Array.of(1, 1));
});

test.each([[{ maxLength: 0 }], [{ maxLength: 1.5 }], [{ padId: -1 }], [{ padId: 2 ** 31 }]])(
  'refuses %p',
  (options) => {
    expect(() => encodeBatch([[1]], options)).toThrow(ArgumentRangeError);
  },
);

test.each([
  [2 ** 31, 'number 2147483648'],
  [1.5, 'number 1.5'],
  [Number.NaN, 'number NaN'],
  [undefined, 'undefined'],
  ['7', "string '7'"],
])('refuses the id %p, which would become another', (id, received) => {
  const encode = (options = {}) => Reflect.apply(encodeBatch, null, [[[2 ** 31 - 1, id]], options]);
  expect(encode).toThrow(ArgumentRangeError);
  expect(encode).toThrow(`Expected integers of 32 bits for ids but received ${received}`);
  expect(encode({ maxLength: 1 }).ids).toEqual(Int32Array.of(2 ** 31 - 1));
});

test('every row can be read back through the mask', () => {
  const row = fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(row), fc.integer({ min: 1, max: 15 }), (lists, maxLength) => {
      const { ids, mask, shape } = encodeBatch(lists, { maxLength });
      const [n, length] = shape;
      expect([n, ids.length, mask.length]).toEqual([lists.length, n * length, n * length]);
      expect(length).toBe(Math.max(1, ...lists.map((list) => Math.min(list.length, maxLength))));
      lists.forEach((list, i) => {
        const kept = ids.slice(i * length, (i + 1) * length).filter((_, j) => mask[i * length + j]);
        expect([...kept]).toEqual(list.slice(0, maxLength));
      });
    }),
  );
});

test('refuses ids that are no numbers without asking them for one, and batches beyond memory', () => {
  const deep = Array.from({ length: 20_000 }).reduce<unknown>((inner) => [inner], 1);
  for (const junk of [1n, deep, Symbol('id'), '1']) {
    expect(() => encodeBatch([[junk as number]])).toThrow('integers of 32 bits for ids');
  }
  expect(() => encodeBatch([new Array(2 ** 31)])).toThrow(ArgumentRangeError);
});
