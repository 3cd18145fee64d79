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

test('is plain data that survives JSON', () => {
  const known = learnFamiliarity(signals(50, 0.7), options);
  expect(JSON.parse(JSON.stringify(known))).toEqual(known);
});
