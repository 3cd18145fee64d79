import { reword } from '../lib/error-wording';
import { type Tensor, torch } from '../lib/torch';
import { warn } from '../lib/warnings';

const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
beforeEach(() => {
  emitted.mockClear();
});

test('what libtorch warns of comes once a kind, as a TorchWarning of this process', () => {
  const count = torch.vmap((a: Tensor) => a.histc(4, { min: -2, max: 2 }));
  for (let i = 0; i < 3; i++) count(torch.ones([3, 2]));
  expect(emitted.mock.calls).toEqual([
    [expect.stringMatching(/batching rule for histc\.$/), { type: 'TorchWarning' }],
  ]);
  // Another operator is another kind.
  torch.vmap((a: Tensor) => a.hashTensor())(torch.ones([3, 2]));
  expect(emitted).toHaveBeenCalledTimes(2);
});

test('nothing in it speaks of libtorch itself', () => {
  const integers = (numbers: number[]): Tensor => torch.tensor(numbers.map(BigInt));
  torch.sparseCsrTensor(integers([0, 1, 2]), integers([0, 1]), torch.ones([2]), [2, 2], {
    dtype: 'float32',
    layout: 'sparse_csr',
  });
  expect(emitted.mock.calls).toEqual([
    [
      expect.stringMatching(/^Sparse CSR tensor support is in beta state\.$/),
      { type: 'TorchWarning' },
    ],
  ]);
});

test('the words that invite to write to libtorch are left out', () => {
  expect(
    reword(
      'There is a performance drop. Please file us an issue on GitHub so that we can prioritize its implementation.',
      '',
    ),
  ).toBe('There is a performance drop.');
  warn('Slow. Please file an issue on GitHub.');
  expect(emitted).toHaveBeenLastCalledWith('Slow.', { type: 'TorchWarning' });
});
