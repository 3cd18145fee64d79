import { torch } from '../../../../lib/torch';

const STEPS = 6;
const CLASSES = 4;
const logProbs = torch.randn([STEPS, 2, CLASSES], { generator: torch.generator(1) }).logSoftmax(-1);
const ints = (...values: number[]) => torch.tensor(values, { dtype: 'int64' });
const refused = (name: string) =>
  expect.objectContaining({
    code: 'ERR_TORCH_ARGUMENT',
    message: expect.stringMatching(new RegExp(`elements from 0 to 3 for ${name} but received`)),
  });

test.each([4, 1_000_000_000, -1, -1_000_000_000])('a target of %d in rows is refused', (wrong) => {
  const targets = torch.tensor(
    [
      [1, 2],
      [3, wrong],
    ],
    { dtype: 'int64' },
  );
  const call = () => torch.ctcLoss(logProbs, targets, [STEPS, STEPS], [2, 2]);
  expect(call).toThrow(refused('targets\\[1\\]'));
  const withTensors = () => torch.ctcLoss(logProbs, targets, ints(STEPS, STEPS), ints(2, 2));
  expect(withTensors).toThrow(refused('targets\\[1\\]'));
});

test.each([4, 1_000_000_000, -1])('a target of %d in one row of all is refused', (wrong) => {
  const call = () => torch.ctcLoss(logProbs, ints(1, 2, 3, wrong), [STEPS, STEPS], [2, 2]);
  expect(call).toThrow(refused('targets'));
});

test('what fills up a row does not matter', () => {
  const padded = (filling: number) =>
    torch.tensor(
      [
        [1, 2],
        [3, filling],
      ],
      { dtype: 'int64' },
    );
  const loss = (filling: number) =>
    Number(torch.ctcLoss(logProbs, padded(filling), [STEPS, STEPS], [2, 1]).item());
  const expected = Number(torch.ctcLoss(logProbs, ints(1, 2, 3), [STEPS, STEPS], [2, 1]).item());
  for (const filling of [0, -1, -100, 99]) expect(loss(filling)).toBeCloseTo(expected, 6);
  const tensors = Number(
    torch.ctcLoss(logProbs, padded(-1), ints(STEPS, STEPS), ints(2, 1)).item(),
  );
  expect(tensors).toBeCloseTo(expected, 6);
});
