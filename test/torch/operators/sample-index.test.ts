import { type Tensor, torch } from '../../../lib/torch/index';
import { float64 } from '../../helpers/gradients';
import { expectLikeLoop } from '../../helpers/like-loop';

const x = float64([3, 4, 2]);
const values = float64([3, 2], 2);
const each = torch.tensor([2n, -1n, 0n]);
const rows = torch.tensor([
  [0n, 3n],
  [1n, -1n],
  [2n, 2n],
]);

/** The gradients of what `fn` makes of variables, weighted element by element. */
function gradients(fn: (...args: Tensor[]) => Tensor, args: Tensor[]): Tensor[] {
  const own = args.map((arg) => arg.detach().requiresGrad_());
  const result = fn(...own);
  const weights = torch.arange(result.numel(), { dtype: 'float64' }).cos().reshape(result.shape);
  return [result, ...torch.grad(result.mul(weights).sum(), own)];
}

test('index takes an integer of each sample, as a loop would', () => {
  expectLikeLoop((a, i) => gradients((b) => b.index(i), [a]), [x, each]);
  expectLikeLoop(
    (a, i) => gradients((b) => b.index([torch.ellipsis, i.remainder(2)]), [a]),
    [x, each],
  );
  expectLikeLoop((a, i) => a.index([i, null, torch.slice(0, 1)]), [x, each.to('int32')]);
  expectLikeLoop((i) => x.index(i.remainder(3)), [each]);
});

test('beside slices and tensors the integer is applied first, as outside vmap', () => {
  const y = float64([3, 4, 2, 5], 3);
  expectLikeLoop((a, i) => a.index([i, torch.slice(), [0, 2, 4]]), [y, each]);
  expectLikeLoop((a, i, r) => a.index([i, torch.slice(), r]), [y, each, rows]);
});

test('index takes tensors of each sample', () => {
  expectLikeLoop((a, r) => gradients((b) => b.index(r), [a]), [x, rows]);
  expectLikeLoop((r) => x.index([torch.slice(), r]), [rows]);
});

test('indexPut sets at an index of each sample, and values of each', () => {
  expectLikeLoop((a, i) => a.indexPut(i, 7), [x, each]);
  expectLikeLoop((a, i, v) => gradients((b, w) => b.indexPut(i, w), [a, v]), [x, each, values]);
  expectLikeLoop(
    (a, v) => gradients((b, w) => b.indexPut([torch.slice(1, 3)], w), [a, v]),
    [x, values],
  );
  expectLikeLoop((a, r, v) => a.indexPut(r, v, { accumulate: true }), [x, rows, values]);
});

test('indexPut of a tensor that all samples share', () => {
  const shared = float64([4, 2], 4);
  expectLikeLoop((v) => shared.indexPut(1, v), [values]);
  expectLikeLoop((i) => shared.indexPut(i, 0), [each]);
  expectLikeLoop(
    (i, v) => shared.indexPut([i, torch.slice()], v, { accumulate: true }),
    [each, values],
  );
});

test('an index out of range, or beside tensors where parts are set, is refused', () => {
  const taken = torch.vmap((a: Tensor, i: Tensor) => a.index(i.add(4)));
  expect(() => taken(x, each)).toThrow(expect.objectContaining({ code: 'ERR_TORCH_INDEX' }));
  const put = torch.vmap((a: Tensor, i: Tensor) => a.indexPut([i, [0, 1]], 1));
  expect(() => put(x, each)).toThrow(
    expect.objectContaining({
      code: 'ERR_TORCH_VMAP',
      message: expect.stringContaining('beside an integer that varies among samples'),
    }),
  );
});
