import { ArgumentRangeError, ArgumentTypeError } from '../../../lib/errors';
import { spanScores } from '../../../lib/train';

const city = (start: number, end: number) => ({ type: 'city', start, end });
const person = (start: number, end: number) => ({ type: 'person', start, end });

test('an entity is right if its type and both of its ends are', () => {
  const right = [[city(0, 2), person(3, 4)], [city(1, 2)], []];
  const found = [[city(0, 2), city(3, 4)], [city(1, 3)], [person(0, 1)]];
  const { types, ...all } = spanScores(found, right);
  expect(all).toEqual({
    entities: 3,
    found: 4,
    right: 1,
    precision: 1 / 4,
    recall: 1 / 3,
    f1: 2 / 7,
  });
  expect(types.city).toEqual({
    entities: 2,
    found: 3,
    right: 1,
    precision: 1 / 3,
    recall: 1 / 2,
    f1: 2 / 5,
  });
  expect(types.person).toMatchObject({ entities: 1, found: 1, right: 0, f1: 0 });
});

test('an entity that is found twice is right once', () => {
  expect(spanScores([[city(0, 1), city(0, 1)]], [[city(0, 1)]])).toMatchObject({
    right: 1,
    found: 2,
  });
});

test('nothing to find and nothing found is 0, not NaN', () => {
  expect(spanScores([[]], [[]])).toMatchObject({ precision: 0, recall: 0, f1: 0 });
});

test('refuses other numbers of sentences, and what is no list', () => {
  expect(() => spanScores([[]], [[], []])).toThrow(ArgumentRangeError);
  expect(() => spanScores('x' as never, [])).toThrow(ArgumentTypeError);
});
