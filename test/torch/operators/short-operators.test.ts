import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { type Tensor, torch } from '../../../lib/torch';

/** Numbers that are enough work for two threads. */
const SHARED = 4_000_000;

const TORCH = JSON.stringify(path.join(__dirname, '../../../dist/torch'));

/** How often the other one of two threads that share work went to sleep, for each call of an operator. */
function sleepsPerCall(shape: number[], call: string, env: NodeJS.ProcessEnv = {}): number {
  const script = `const { readdirSync, readFileSync } = require('node:fs');
    const { torch } = require(${TORCH});
    const TASKS = '/proc/self/task';
    torch.setNumThreads(2);
    const before = new Set(readdirSync(TASKS));
    torch.zeros([${SHARED}]).add(1);
    const others = readdirSync(TASKS).filter((task) => !before.has(task));
    const sleepsOf = (task) =>
      Number(/^voluntary_ctxt_switches:\\s*(\\d+)/m.exec(readFileSync(TASKS + '/' + task + '/status', 'utf8'))[1]);
    const sleeps = () => others.reduce((sum, task) => sum + sleepsOf(task), 0);
    const shape = ${JSON.stringify(shape)};
    const a = torch.randn(shape), b = torch.randn(shape), loss = torch.randn(shape, { requiresGrad: true });
    const call = () => torch.scope(() => { ${call} });
    for (let i = 0; i < 5; i++) call();
    const start = sleeps();
    for (let i = 0; i < 200; i++) call();
    console.log(JSON.stringify([others.length, (sleeps() - start) / 200]));`;
  const { OMP_WAIT_POLICY: _, GOMP_SPINCOUNT: __, ...own } = process.env;
  const done = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: { ...own, ...env },
  });
  if (done.status !== 0) throw new Error(done.stderr);
  const [threads, each] = JSON.parse(done.stdout) as [number, number];
  expect(threads).toBe(1);
  return each;
}

// Whether and what a thread has slept, Linux tells.
const canCount = process.platform === 'linux' && os.availableParallelism() > 1;

(canCount ? describe : describe.skip)('operators that mostly move memory', () => {
  test.each([
    'a.add(b)',
    'a.relu()',
    'torch.cat([a, b])',
    'a.transpose(0, 1).contiguous()',
    'a.sum(0)',
    'torch.grad(loss.relu().sum(), [loss])',
  ])('%s of 100,000 numbers wakes no other thread', (call) => {
    // It goes to sleep once after what they shared before, as late as the system lets it.
    expect(sleepsPerCall([400, 256], call)).toBeLessThan(0.05);
  });

  test('of millions they share the work', () => {
    expect(sleepsPerCall([4000, 1024], 'a.add(b)')).toBeGreaterThan(0.5);
  });

  test('are shared as in libtorch where threads do not sleep while they wait', () => {
    const counted = sleepsPerCall([400, 256], 'a.add(b)', { GOMP_SPINCOUNT: '1' });
    expect(counted).toBeGreaterThan(0.5);
  });
});

describe('kernels that stay on one thread', () => {
  const ROWS = 300;
  const generator = torch.generator(3);
  const x = torch.randn([ROWS, 256], { generator });
  const y = torch.rand([ROWS, 256], { generator }).add(0.5);
  const operators: [string, (x: Tensor, y: Tensor) => Tensor][] = [
    ['add', (x, y) => x.add(y, { alpha: 3 })],
    ['add_', (x, y) => x.clone().add_(y)],
    ['sub', (x, y) => x.sub(y)],
    ['sub_', (x, y) => x.clone().sub_(y)],
    ['mul', (x, y) => x.mul(y)],
    ['mul_', (x, y) => x.clone().mul_(y)],
    ['div', (x, y) => x.div(y)],
    ['div_', (x, y) => x.clone().div_(y)],
    ['neg', (x) => x.neg()],
    ['addcmul', (x, y) => x.addcmul(y, y, { value: 2 })],
    ['lerp', (x, y) => x.lerp(y, 0.3)],
    ['sum', (x) => x.sum(1)],
    ['mean', (x) => x.mean(1)],
    ['amax', (x) => x.amax(1)],
    ['clampMin', (x) => x.clampMin(0.1)],
    ['relu', (x) => x.relu()],
    ['gelu', (x) => torch.ops.aten?.gelu?.(x) as Tensor],
    ['silu', (x) => torch.ops.aten?.silu?.(x) as Tensor],
    ['sigmoid', (x) => x.sigmoid()],
    ['fill_', (x) => x.clone().fill_(2)],
    ['cat', (x, y) => torch.cat([x, y], 1)],
    ['where', (x, y) => torch.where(x.gt(0), x, y)],
    ['copy_', (x, y) => torch.zerosLike(x).copy_(y)],
  ];

  test.each(operators)('%s gives what it gives row by row', (_, operator) => {
    const rows = Array.from({ length: ROWS }, (_, row) =>
      operator(x.narrow(0, row, 1), y.narrow(0, row, 1)),
    );
    expect(operator(x, y).data()).toEqual(torch.cat(rows).data());
  });

  test.each(['relu', 'gelu', 'silu', 'sigmoid', 'tanh'])('and the gradient of %s', (name) => {
    const gradient = (x: Tensor): Tensor => {
      const own = x.detach().requiresGrad_();
      const result = torch.ops.aten?.[name]?.(own) as Tensor;
      return torch.grad(result.sum(), [own])[0] as Tensor;
    };
    const rows = Array.from({ length: ROWS }, (_, row) => gradient(x.narrow(0, row, 1)));
    expect(gradient(x).data()).toEqual(torch.cat(rows).data());
  });

  test('leave the number of threads as it was, after errors too', () => {
    const before = torch.getNumThreads();
    try {
      torch.setNumThreads(2);
      x.add(y).dispose();
      expect(() => x.add(torch.ones([199]))).toThrow('must match');
      expect(torch.getNumThreads()).toBe(2);
    } finally {
      torch.setNumThreads(before);
    }
  });
});
