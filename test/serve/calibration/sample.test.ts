import { calibrationRows, grownSample, keyOf } from '../../../lib/serve/calibration/sample';

const keys = (count: number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, i) => keyOf(`text ${i}`));

test('few examples are all in the sample, many are 512 of them', () => {
  expect(calibrationRows(keys(3))).toEqual(Uint32Array.of(0, 1, 2));
  const rows = calibrationRows(keys(5000));
  expect(new Set(rows).size).toBe(512);
  expect(rows).toEqual(rows.toSorted());
});

test('another example changes the sample by at most one', () => {
  const before = calibrationRows(keys(2000));
  const after = new Set(calibrationRows(keys(2001)));
  expect(before.filter((row) => !after.has(row)).length).toBeLessThanOrEqual(1);
});

test('a sample that grows is that of all keys', () => {
  const all = keys(1500);
  for (const count of [1, 300, 511, 512, 513, 1499, 1500]) {
    const before = calibrationRows(all.subarray(0, count));
    expect(grownSample(all, before, count)).toEqual(calibrationRows(all));
  }
});

test('the order of examples does not matter', () => {
  const forward = keys(1000);
  const backward = forward.slice().reverse();
  const texts = (own: Uint32Array) => new Set(Array.from(calibrationRows(own), (row) => own[row]));
  expect(texts(backward)).toEqual(texts(forward));
});

test('keys are spread evenly', () => {
  const low = keys(10_000).filter((key) => key < 2 ** 31).length;
  expect(Math.abs(low - 5000)).toBeLessThan(200);
  expect(new Set(keys(10_000)).size).toBe(10_000);
});
