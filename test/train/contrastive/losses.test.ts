import { torch } from '../../../lib/torch';
import {
  cosinePairLoss,
  supervisedContrast,
  tokenContrast,
} from '../../../lib/train/contrastive/losses';

const x = torch.tensor([
  [3, 0],
  [0, 2],
  [1, 1],
  [-1, 0],
]);

test('cosinePairLoss is the mean squared distance of cosines from their targets', () => {
  const [a, b] = [x.narrow(0, 0, 2), x.narrow(0, 2, 2)];
  // Cosines: √½ and 0.
  const expected = ((Math.SQRT1_2 - 1) ** 2 + 0 ** 2) / 2;
  expect(cosinePairLoss(a, b, torch.tensor([1, 0])).item()).toBeCloseTo(expected, 6);
});

test('supervisedContrast is the formula, term by term', () => {
  const y = [0, 1, 0, 2];
  const tau = 0.5;
  const unit = (x.tolist() as number[][]).map(([a = 0, b = 0]) => {
    const length = Math.hypot(a, b);
    return [a / length, b / length] as const;
  });
  const cos = (i: number, j: number): number =>
    (unit[i]?.[0] ?? 0) * (unit[j]?.[0] ?? 0) + (unit[i]?.[1] ?? 0) * (unit[j]?.[1] ?? 0);
  const rows = [0, 1, 2, 3];
  const terms = rows.map((i) => {
    const own = rows.filter((j) => j !== i && y[j] === y[i]);
    const all = rows.filter((j) => j !== i).reduce((sum, j) => sum + Math.exp(cos(i, j) / tau), 0);
    const logs = own.map((j) => Math.log(Math.exp(cos(i, j) / tau) / all));
    return own.length === 0 ? 0 : logs.reduce((a, b) => a + b, 0) / own.length;
  });
  const expected = -terms.reduce((a, b) => a + b, 0) / rows.length;
  const labels = torch.tensor(BigInt64Array.from(y, BigInt));
  expect(supervisedContrast(x, labels, tau).item()).toBeCloseTo(expected, 6);
});

test('both have the gradients of finite differences', () => {
  const points = x.to('float64').requiresGrad_();
  const labels = torch.tensor(BigInt64Array.from([0n, 1n, 0n, 1n]));
  expect(torch.gradcheck((p) => supervisedContrast(p, labels, 0.3), [points])).toBe(true);
  const targets = torch.tensor([1, 0], { dtype: 'float64' });
  const pairs = (p: typeof x) => cosinePairLoss(p.narrow(0, 0, 2), p.narrow(0, 2, 2), targets);
  expect(torch.gradcheck(pairs, [points])).toBe(true);
});

test('tokenContrast is the contrast of the mean of nearest tokens, both ways round', () => {
  const states = torch.tensor([
    [
      [1, 0],
      [0, 1],
    ],
    [
      [2, 0],
      [9, 9],
    ],
    [
      [1, 1],
      [0, 3],
    ],
  ]);
  const mask = torch.tensor([
    [1, 1],
    [1, 0],
    [1, 1],
  ]);
  const half = Math.SQRT1_2;
  // One way: text 0 to 1 (1 + 0) / 2, and back 1; 0 to 2 (√½ + 1) / 2, and back the same; 1 to 2 √½, and back √½ / 2.
  const similarity = [
    [0, 0.75, (half + 1) / 2],
    [0.75, 0, (half + half / 2) / 2],
    [(half + 1) / 2, (half + half / 2) / 2, 0],
  ];
  const tau = 0.5;
  const share = (i: number, p: number): number => {
    const all = [0, 1, 2].filter((j) => j !== i);
    const weight = (j: number) => Math.exp((similarity[i]?.[j] ?? 0) / tau);
    return Math.log(weight(p) / all.reduce((sum, j) => sum + weight(j), 0));
  };
  // Texts 0 and 2 have one label; text 1 has no other.
  const expected = -(share(0, 2) + share(2, 0)) / 3;
  const labels = torch.tensor([0n, 1n, 0n]);
  expect(tokenContrast(states, mask, labels, tau).item()).toBeCloseTo(expected, 6);
  const points = torch
    .randn([3, 2, 4], { generator: torch.generator(1), dtype: 'float64' })
    .requiresGrad_();
  expect(torch.gradcheck((p) => tokenContrast(p, mask, labels, tau), [points])).toBe(true);
});

test('a batch without two texts of a label has the loss 0 and finite gradients', () => {
  const labels = torch.tensor(BigInt64Array.from([0n, 1n, 2n, 3n]));
  const step = torch.valueAndGrad((p: typeof x) => supervisedContrast(p, labels, 0.1));
  const { value, gradients } = step(x);
  expect(value.item()).toBe(-0);
  expect(gradients.isfinite().all().item()).toBe(true);
});

test.each([
  [() => cosinePairLoss(x, x.narrow(0, 0, 2), torch.ones([4])), /b of cosinePairLoss|'b'|b/],
  [() => cosinePairLoss(x, x, torch.ones([3])), /targets/],
  [() => supervisedContrast(x.flatten(), torch.zeros([8]), 1), /x/],
  [() => supervisedContrast(x, torch.zeros([3]), 1), /labels/],
  [() => supervisedContrast(x, torch.zeros([4]), 0), /temperature/],
  [() => tokenContrast(x, x, torch.zeros([4]), 1), /states/],
  [() => tokenContrast(x.unsqueeze(0), x, torch.zeros([1]), 1), /mask/],
])('wrong arguments are named (%#)', (call, message) => expect(call).toThrow(message));
