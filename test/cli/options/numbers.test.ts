import { integerFrom, numberFrom } from '../../../lib/cli/options/numbers';

test('integers are read, within what an option takes', () => {
  expect([
    integerFrom(0, 65535)('0'),
    integerFrom(0, 65535)('65535'),
    integerFrom(2)('40'),
  ]).toEqual([0, 65535, 40]);
});

test.each(['', ' ', '-1', '1.5', '1e3', '0x10', 'ten', '65536'])('%j is no port', (text) => {
  expect(() => integerFrom(0, 65535)(text)).toThrow('Expected an integer from 0 to 65535.');
});

test('without an end, integers go as far as they are exact', () => {
  expect(() => integerFrom(2)('1')).toThrow('Expected an integer of at least 2.');
  expect(() => integerFrom(2)('9007199254740993')).toThrow('Expected an integer of at least 2.');
});

test('numbers are read, within what an option takes', () => {
  expect([numberFrom(0, 1)('0.25'), numberFrom(0, 1e9)('1e3')]).toEqual([0.25, 1000]);
  for (const text of ['', ' ', '1.1', 'NaN', '-0.1']) {
    expect(() => numberFrom(0, 1)(text)).toThrow('Expected a number from 0 to 1.');
  }
});
