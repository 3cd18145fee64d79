import {
  flag,
  looseObject,
  optional,
  positiveInteger,
  recordOf,
  required,
  someProperties,
  someVariant,
  strictObject,
  strictVariant,
  string,
  withDefault,
} from '../../lib/check';

const SCHEMA = {
  name: required(string),
  size: withDefault(positiveInteger, 3),
  open: optional(flag),
};

test('properties are checked and defaults filled in', () => {
  expect(strictObject(SCHEMA)({ name: 'a' }, 'x', 'f')).toEqual({ name: 'a', size: 3 });
});

test('other properties are refused, dropped or kept', () => {
  const given = { name: 'a', more: 1 };
  expect(() => strictObject(SCHEMA)(given, 'x', 'f')).toThrow(
    'Expected only name, size, open in x of f but received more',
  );
  expect(() => strictObject({})(given, 'x', 'f')).toThrow(
    'Expected no keys in x of f but received name',
  );
  expect(someProperties(SCHEMA)(given, 'x', 'f')).toEqual({ name: 'a', size: 3 });
  expect(looseObject(SCHEMA)(given, 'x', 'f')).toEqual({ name: 'a', size: 3, more: 1 });
});

test('a fault inside is named by the way to it', () => {
  const outer = strictObject({ inner: required(recordOf(strictObject(SCHEMA))) });
  expect(() => outer({ inner: { one: { name: 'a', size: 0 } } }, 'config', 'f')).toThrow(
    'Expected a positive integer for config.inner.one.size of f but received number 0',
  );
  expect(() => outer({ inner: { one: [] } }, 'config', 'f')).toThrow(
    'Expected an object for config.inner.one of f but received array of length 0',
  );
});

test('a property tells variants apart', () => {
  const variants = { dot: {}, circle: { radius: required(positiveInteger) } };
  const shape = strictVariant('kind', variants);
  expect(shape({ kind: 'circle', radius: 2 }, 'x', 'f')).toEqual({ kind: 'circle', radius: 2 });
  expect(() => shape({ kind: 'dot', radius: 2 }, 'x', 'f')).toThrow('but received radius');
  expect(someVariant('kind', variants)({ kind: 'dot', radius: 2 }, 'x', 'f')).toEqual({
    kind: 'dot',
  });
  for (const kind of ['square', 'constructor', 1, undefined]) {
    expect(() => shape({ kind }, 'x', 'f')).toThrow("Expected 'dot' or 'circle' for x.kind of f");
  }
});

test('a property that an object inherits is none of its own', () => {
  const record = recordOf(string)(JSON.parse('{"__proto__":"a"}'), 'x', 'f');
  expect(Object.keys(record)).toEqual(['__proto__']);
  expect(() => recordOf(string)(new Map(), 'x', 'f')).toThrow('Expected an object for x of f');
});
