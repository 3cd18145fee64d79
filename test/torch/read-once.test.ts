import { withPropertiesOf } from '../../lib/torch/read-once';

function made() {
  let reads = 0;
  const from = {
    plain: 1,
    get later() {
      reads++;
      return { reads };
    },
  };
  return { onto: withPropertiesOf({ own: 0 }, from), reads: () => reads };
}

test('a getter is read once, and its value is plain from then on', () => {
  const { onto, reads } = made();
  expect(Object.keys(onto)).toEqual(['own', 'plain', 'later']);
  expect(reads()).toBe(0);
  expect(onto.later).toBe(onto.later);
  expect(reads()).toBe(1);
  expect(Object.getOwnPropertyDescriptor(onto, 'later')).toEqual({
    value: { reads: 1 },
    configurable: true,
    enumerable: true,
    writable: true,
  });
});

test('another value takes its place, as that of any property', () => {
  const { onto, reads } = made();
  const own = { reads: 7 };
  Object.assign(onto, { later: own, plain: 2 });
  expect(onto.later).toBe(own);
  expect(onto.plain).toBe(2);
  expect(reads()).toBe(0);
});
