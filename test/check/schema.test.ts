import { expectTypeOf } from 'expect-type';
import {
  callable,
  flag,
  notNegative,
  type OptionsOf,
  oneOf,
  optional,
  positiveInteger,
  readOptions,
  required,
  stepCount,
  withDefault,
} from '../../lib/check';
import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';

type Rule = (step: number) => number;

const OPTIONS = {
  rate: required(notNegative),
  steps: withDefault(stepCount, 5),
  reduce: withDefault(oneOf('mean', 'sum'), 'mean'),
  size: optional(positiveInteger),
  rule: optional<Rule>(callable),
  exact: withDefault(flag, false),
};

const read = (options: unknown) => readOptions(OPTIONS, options, 'fn');

test('the types follow from the schema', () => {
  expectTypeOf<OptionsOf<typeof OPTIONS>['rate']>().toEqualTypeOf<number>();
  expectTypeOf<OptionsOf<typeof OPTIONS>['reduce']>().toEqualTypeOf<'mean' | 'sum' | undefined>();
  expectTypeOf<OptionsOf<typeof OPTIONS>['rule']>().toEqualTypeOf<Rule | undefined>();
  const { steps, size } = readOptions(OPTIONS, { rate: 1 }, 'fn');
  expectTypeOf(steps).toEqualTypeOf<number>();
  expectTypeOf(size).toEqualTypeOf<number | undefined>();
});

test('fills in defaults, and leaves out what is optional', () => {
  expect(read({ rate: 0 })).toEqual({ rate: 0, steps: 5, reduce: 'mean', exact: false });
  expect(Object.keys(read({ rate: 0, size: undefined }))).not.toContain('size');
  expect(read({ rate: 0, steps: undefined })).toMatchObject({ steps: 5 });
});

test('keeps what is given', () => {
  const given = { rate: 2, steps: 0, reduce: 'sum', size: 3, rule: Math.abs, exact: true };
  expect(read(given)).toEqual(given);
});

test.each<[object, string]>([
  [{}, 'Expected a number of at least 0 for rate of fn but received undefined'],
  [{ rate: '1' }, "Expected a number of at least 0 for rate of fn but received string '1'"],
  [{ rate: 1, steps: null }, 'Expected an integer of at least 0 for steps of fn but received null'],
  [{ rate: 1, rule: 5 }, 'Expected a function for rule of fn but received number 5'],
  [
    { rate: 1, typo: 1 },
    'fn: Unknown option typo; expected rate, steps, reduce, size, rule, exact',
  ],
])('refuses the type of %p', (options, message) => {
  expect(() => read(options)).toThrow(ArgumentTypeError);
  expect(() => read(options)).toThrow(message);
});

test.each<[object, string]>([
  [{ rate: -1 }, 'Expected a number of at least 0 for rate of fn but received number -1'],
  [{ rate: 1, steps: 1.5 }, 'Expected an integer of at least 0 for steps of fn'],
  [{ rate: 1, reduce: 'max' }, "Expected 'mean' or 'sum' for reduce of fn"],
])('refuses the range of %p', (options, message) => {
  expect(() => read(options)).toThrow(ArgumentRangeError);
  expect(() => read(options)).toThrow(message);
});
