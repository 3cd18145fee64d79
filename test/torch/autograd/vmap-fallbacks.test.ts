import { execFileSync } from 'node:child_process';
import { TORCH } from '../../helpers/processes/torch-worker';

const DATA = `const of = (shape, seed) => torch.randn(shape, { generator: torch.generator(seed) });
  const gradient = (fn) => (a, ...rest) => { const own = a.detach().requiresGrad_(); return torch.grad(fn(own, ...rest).sum(), own); };`;

// libtorch warns where it runs an operator for one sample after the other; its results are the same.
test.each([
  [
    'cross-entropy',
    `torch.vmap(gradient((s, l) => s.crossEntropyLoss(l)))(of([8, 2, 10], 1), torch.randint(10, [8, 2], { generator: torch.generator(2) }))`,
  ],
  [
    'addr',
    `torch.vmap(gradient((a, u, v) => a.addr(u, v)))(of([3, 4, 2], 1), of([3, 4], 2), of([3, 2], 3))`,
  ],
])('%s under vmap with gradients runs no loop over samples', (_, call) => {
  const script = `process.on('warning', ({ message }) => console.log(message));
    const { torch } = require(${TORCH}); ${DATA} ${call}; setImmediate(() => console.log('done'));`;
  const said = execFileSync(process.execPath, ['--no-warnings', '-e', script], {
    encoding: 'utf8',
  });
  expect(said).toBe('done\n');
});
