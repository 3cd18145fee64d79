import { torch } from '../../../lib/torch/index';

const x = torch.tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const z = torch.tensor([[{ re: 1, im: 2 }, 3]]);

test('T transposes a matrix, and leaves a vector and a scalar', () => {
  expect(x.T.tolist()).toEqual([
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
  expect(torch.tensor([1, 2]).T.tolist()).toEqual([1, 2]);
  expect(torch.tensor(1).T.tolist()).toBe(1);
  const vector = torch.tensor([1, 2]);
  vector.T.dispose();
  expect(vector.isDisposed).toBe(false);
  expect(() => torch.zeros([1, 2, 3]).T).toThrow('T: Expected at most 2 dimensions');
  expect(() => torch.zeros([1, 2, 3]).T).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_SHAPE', operator: 'T' }),
  );
  expect(torch.zeros([1, 2, 3]).mT.shape).toEqual([1, 3, 2]);
});

test('H and mH conjugate', () => {
  expect(z.mT.tolist()).toEqual([[{ re: 1, im: 2 }], [{ re: 3, im: 0 }]]);
  expect(z.T.tolist()).toEqual(z.mT.tolist());
  const expected = [[{ re: 1, im: -2 }], [{ re: 3, im: -0 }]];
  expect(z.H.tolist()).toEqual(expected);
  expect(z.unsqueeze(0).mH.tolist()).toEqual([expected]);
  expect(() => torch.zeros([1, 2, 3]).H).toThrow('H');
});

test('real and imag are views', () => {
  const w = z.clone();
  expect(w.real.tolist()).toEqual([[1, 3]]);
  expect(w.imag.tolist()).toEqual([[2, 0]]);
  w.imag.fill_(7);
  expect(w.tolist()).toEqual([
    [
      { re: 1, im: 7 },
      { re: 3, im: 7 },
    ],
  ]);
  expect(x.real.tolist()).toEqual(x.tolist());
  expect(() => x.imag).toThrow(expect.objectContaining({ code: 'ERR_TORCH_NOT_IMPLEMENTED' }));
});

test('gradients go through them', () => {
  const w = torch.tensor([[1, 2]], { requiresGrad: true });
  const d = torch.grad(w.T.mul(torch.tensor([[3], [4]])).sum(), w);
  expect(d.tolist()).toEqual([[3, 4]]);
});
