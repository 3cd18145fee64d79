import { execFileSync } from 'node:child_process';
import { reword } from '../lib/error-wording';
import { warn } from '../lib/warnings';
import { TORCH } from './helpers/processes/torch-worker';

/** What a process of its own is warned of: libtorch warns once a process of each kind. */
function warningsOf(body: string): string[] {
  const script = `
    process.on('warning', ({ name, message }) => console.log(name + ': ' + message));
    const { torch } = require(${TORCH});
    ${body}`;
  return execFileSync(process.execPath, ['--no-warnings', '-e', script], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
}

test('what libtorch warns of comes once a kind, as a TorchWarning of this process', () => {
  const warnings = warningsOf(`
    const count = torch.vmap((a) => a.histc(4, { min: -2, max: 2 }));
    for (let i = 0; i < 3; i++) count(torch.ones([3, 2]));
    // Another operator is another kind.
    torch.vmap((a) => a.hashTensor())(torch.ones([3, 2]));`);
  expect(warnings).toEqual([
    expect.stringMatching(/^TorchWarning: .* batching rule for histc\.$/),
    expect.stringMatching(/^TorchWarning: .* batching rule for hashTensor\.$/),
  ]);
});

test('nothing in it speaks of libtorch itself', () => {
  const warnings = warningsOf(`
    const integers = (numbers) => torch.tensor(numbers.map(BigInt));
    torch.sparseCsrTensor(integers([0, 1, 2]), integers([0, 1]), torch.ones([2]), [2, 2], {
      dtype: 'float32',
      layout: 'sparse_csr',
    });`);
  expect(warnings).toEqual(['TorchWarning: Sparse CSR tensor support is in beta state.']);
});

test('the words that invite to write to libtorch are left out', () => {
  expect(
    reword(
      'There is a performance drop. Please file us an issue on GitHub so that we can prioritize its implementation.',
      '',
    ),
  ).toBe('There is a performance drop.');
  const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  warn('Slow. Please file an issue on GitHub.');
  expect(emitted).toHaveBeenLastCalledWith('Slow.', { type: 'TorchWarning' });
  emitted.mockRestore();
});
