import { argmax } from '../lib/argmax';

test.each<[string, ArrayLike<number>, number]>([
  ['the greatest', [1, 3, 2], 1],
  ['of negative ones too', [-3, -1, -2], 1],
  ['of equals the first', [2, 5, 5], 1],
  ['of a typed array', Float64Array.of(0.1, 0.2, 0.7), 2],
  ['of none the first place', [], 0],
])('%s', (_, values, place) => {
  expect(argmax(values)).toBe(place);
});
