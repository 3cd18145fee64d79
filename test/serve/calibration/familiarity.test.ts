import { familiarityOf, learnFamiliarity } from '../../../lib/serve/calibration/familiarity';
import { torch } from '../../../lib/torch';

const generator = torch.generator(5);
const options = { foreign: 0.1, falseAlarms: 0.05 };
const signals = (rows: number, mean: number) => ({
  mean: torch.randn([rows], { generator }).mul(0.05).add(mean),
  nearest: torch.randn([rows], { generator }).mul(0.1).add(mean),
});

test.each([0.01, 0.05, 0.2])('about a share of %d of known texts is unknown', (falseAlarms) => {
  const known = learnFamiliarity(signals(4000, 0.7), { foreign: 0.1, falseAlarms });
  const fresh = familiarityOf(signals(20_000, 0.7), known);
  const share = Number(fresh.lt(known.threshold).to('float64').mean().item());
  expect(Math.abs(share - falseAlarms)).toBeLessThan(0.25 * falseAlarms);
});

test('texts like none of the examples are unknown', () => {
  const known = learnFamiliarity(signals(200, 0.7), options);
  expect(familiarityOf(signals(1000, 0.1), known).lt(known.threshold).all().item()).toBe(true);
});

test('few examples leave the means aside, and lie half-way between strangers and the same text', () => {
  const known = learnFamiliarity(signals(0, 0), options);
  expect(known.mean).toBeNull();
  expect(known.nearest.mean).toBeCloseTo(0.55, 12);
  expect(known.threshold).toBeCloseTo(-1.6449, 3);
  const at = (cosine: number): boolean => {
    const one = { mean: torch.zeros([1]), nearest: torch.tensor([cosine]) };
    return familiarityOf(one, known).lt(known.threshold).item() === true;
  };
  expect([0.1, 0.3, 0.5, 0.9].map(at)).toEqual([true, true, false, false]);
});

test('weights count as copies of the examples do', () => {
  const own = signals(60, 0.6);
  const copies = torch.arange(60).remainder(3).add(1);
  const repeated = {
    mean: own.mean.repeatInterleave(copies),
    nearest: own.nearest.repeatInterleave(copies),
  };
  const weighed = learnFamiliarity(own, { ...options, weights: copies.to('float64') });
  const copied = learnFamiliarity(repeated, options);
  expect(weighed.mean?.mean).toBeCloseTo(copied.mean?.mean ?? 0, 6);
  expect(weighed.mean?.sd).toBeCloseTo(copied.mean?.sd ?? 0, 6);
  expect(weighed.nearest.mean).toBeCloseTo(copied.nearest.mean, 2);
  const same = learnFamiliarity(own, { ...options, weights: torch.full([60], 7) });
  expect(same).toEqual(learnFamiliarity(own, options));
});

test('a label of examples that are all alike does not make those of single examples unknown', () => {
  const alike = {
    mean: torch.full([200], 0.99),
    nearest: torch.randn([200], { generator }).mul(0.005).add(0.98),
  };
  const known = learnFamiliarity(alike, { ...options, unseen: 2 / 3 });
  expect(known.mean).toBeNull();
  const at = (cosine: number): boolean => {
    const one = { mean: torch.zeros([1]), nearest: torch.tensor([cosine]) };
    return familiarityOf(one, known).lt(known.threshold).item() === true;
  };
  expect([0.1, 0.2, 0.6, 0.9].map(at)).toEqual([true, true, false, false]);
});

test('is plain data that survives JSON', () => {
  const known = learnFamiliarity(signals(50, 0.7), options);
  expect(JSON.parse(JSON.stringify(known))).toEqual(known);
});
