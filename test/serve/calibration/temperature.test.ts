import { sharpness } from '../../../lib/serve/calibration/temperature';
import { torch } from '../../../lib/torch';

/** Scores whose labels are drawn from softmax(β · scores). */
function drawn(beta: number, rows: number) {
  const generator = torch.generator(3);
  const scores = torch.randn([rows, 5], { generator });
  const y = scores.mul(beta).softmax(1).multinomial(1, { generator }).squeeze(1);
  return { scores, y };
}

test.each([0.5, 2, 8])('finds the sharpness %d that labels were drawn with', (beta) => {
  const { scores, y } = drawn(beta, 20_000);
  expect(sharpness(scores, y, 1) / beta).toBeGreaterThan(0.93);
  expect(sharpness(scores, y, 1) / beta).toBeLessThan(1.07);
});

test('the scale of scores cancels out', () => {
  const { scores, y } = drawn(2, 5000);
  const own = sharpness(scores, y, 1);
  expect(sharpness(scores.mul(10), y, 0.1)).toBeCloseTo(own / 10, 6);
});

test('few examples stay near what is usual, none at it', () => {
  const scores = torch.tensor([[1, 0]]);
  const y = torch.tensor([0n]);
  const own = sharpness(scores, y, 5);
  expect(own).toBeGreaterThan(5);
  expect(own).toBeLessThan(6);
  expect(sharpness(torch.tensor([[-Infinity, 0]]), y, 5)).toBe(5);
  expect(sharpness(torch.zeros([0, 2]), torch.zeros([0], { dtype: 'int64' }), 5)).toBe(5);
});

test('labels that no head of the fold knew count for nothing', () => {
  const { scores, y } = drawn(2, 500);
  const wider = torch.cat([scores, torch.full([500, 1], -Infinity)], 1);
  expect(sharpness(wider, y, 1)).toBeCloseTo(sharpness(scores, y, 1), 9);
});
