import { withoutInvitations } from '../lib/errors';
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
    [expect.stringMatching(/batching rule for aten::histc\.$/), { type: 'TorchWarning' }],
  ]);
  // Another operator is another kind.
  torch.vmap((a: Tensor) => a.hashTensor())(torch.ones([3, 2]));
  expect(emitted).toHaveBeenCalledTimes(2);
});

test('one that comes with an error is told at the next call', () => {
  const rows = torch.tensor([0, 2, 1].map(BigInt));
  const columns = torch.tensor([0, 1].map(BigInt));
  expect(() =>
    torch.sparseCsrTensor(rows, columns, torch.ones([2]), [2, 2], {
      dtype: 'float32',
      layout: 'sparse_csr',
    }),
  ).toThrow();
  torch.ones([1]);
  const messages = emitted.mock.calls.map(([message]) => String(message));
  expect(messages.filter((message) => /CSR/.test(message)).length).toBeLessThanOrEqual(1);
  expect(messages.join()).not.toMatch(/file an issue|submit a feature request|\.cpp/);
});

test('the words that invite to write to libtorch are left out', () => {
  expect(
    withoutInvitations(
      'There is a performance drop. Please file us an issue on GitHub so that we can prioritize its implementation.',
    ),
  ).toBe('There is a performance drop.');
  warn('Slow. Please file an issue on GitHub.');
  expect(emitted).toHaveBeenLastCalledWith('Slow.', { type: 'TorchWarning' });
});
