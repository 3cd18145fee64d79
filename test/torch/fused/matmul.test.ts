import { spawnSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { type Tensor, torch } from '../../../lib/torch/index';
import { expectClose, numbers } from '../../helpers/gradients';

// Products of float32 matrices have a kernel of their own where the processor gains by it; what it
// gives is compared with the same product in float64, which libtorch does.

const DIST = JSON.stringify(path.join(__dirname, '..', '..', '..', 'dist'));

/** How a matrix lies in memory: as its rows, as its columns, or as every other one of more columns. */
const LAYOUTS = ['rows', 'columns', 'apart'] as const;
type Layout = (typeof LAYOUTS)[number];

function matrices(shape: readonly number[], layout: Layout, seed: number): Tensor {
  const [batch = 1, rows = 1, columns = 1] = shape;
  const generator = torch.generator(seed);
  if (layout === 'columns') return torch.randn([batch, columns, rows], { generator }).mT;
  if (layout === 'rows') return torch.randn([batch, rows, columns], { generator });
  return torch.randn([batch, rows, 2 * columns], { generator }).slice(2, 0, 2 * columns, 2);
}

/** What may be added: whole matrices, one row or one column for all, one number, or by columns. */
const ADDED: Readonly<Record<string, (batch: number, rows: number, columns: number) => number[]>> =
  {
    whole: (batch, rows, columns) => [batch, rows, columns],
    row: (_, __, columns) => [columns],
    column: (_, rows) => [rows, 1],
    'row of each': (batch, _, columns) => [batch, 1, columns],
    number: () => [],
  };

const layout = fc.constantFrom(...LAYOUTS);
const factor = fc.constantFrom(1, 0.5, -2);
const product = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  rows: fc.integer({ min: 1, max: 80 }),
  depth: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 250, max: 530 })),
  columns: fc.integer({ min: 1, max: 70 }),
  left: layout,
  right: layout,
  added: fc.constantFrom(...Object.keys(ADDED)),
  alpha: factor,
  beta: factor,
  seed: fc.integer({ min: 0, max: 1000 }),
});

const exact = (x: Tensor): Tensor => x.to('float64');

test('bmm, mm, baddbmm and addmm are those of float64, whatever the shapes and layouts', () => {
  fc.assert(
    fc.property(product, ({ batch, rows, depth, columns, seed, alpha, beta, ...how }) => {
      torch.scope(() => {
        const a = matrices([batch, rows, depth], how.left, seed);
        const b = matrices([batch, depth, columns], how.right, seed + 1);
        const generator = torch.generator(seed + 2);
        const size = ADDED[how.added]?.(batch, rows, columns) ?? [];
        const c = torch.randn(size, { generator });
        const tolerance = 2e-6 * Math.sqrt(depth) * 10;
        expectClose(a.bmm(b), exact(a).bmm(exact(b)), tolerance);
        const options = { alpha, beta };
        const whole = exact(c).baddbmm(exact(a), exact(b), options);
        expectClose(c.baddbmm(a, b, options), whole, tolerance);
        const [one, other] = [a.select(0, 0), b.select(0, 0)];
        expectClose(one.mm(other), exact(one).mm(exact(other)), tolerance);
        const term = c.ndim === 3 ? c.select(0, 0) : c;
        const single = exact(term).addmm(exact(one), exact(other), options);
        expectClose(term.addmm(one, other, options), single, tolerance);
      });
    }),
    { numRuns: 150 },
  );
});

test.each([
  [1, 500, 700, 100],
  [2, 230, 64, 33],
  [40, 25, 25, 5],
  [1, 2, 2000, 2],
])(
  '%i × [%i, %i, %i], on one thread and on two, to the same bits',
  (batch, rows, depth, columns) => {
    const threads = torch.getNumThreads();
    const a = matrices([batch, rows, depth], 'rows', 1);
    const b = matrices([batch, depth, columns], 'rows', 2);
    try {
      torch.setNumThreads(1);
      const alone = numbers(a.bmm(b));
      torch.setNumThreads(2);
      expect(numbers(a.bmm(b))).toEqual(alone);
      expectClose(a.bmm(b), exact(a).bmm(exact(b)), 2e-4);
    } finally {
      torch.setNumThreads(threads);
    }
  },
);

test('one matrix for a whole batch, and rows that are one', () => {
  const a = matrices([1, 20, 30], 'rows', 1).expand([4, -1, -1]);
  const b = matrices([4, 30, 1], 'rows', 2).expand([-1, -1, 40]);
  expectClose(a.bmm(b), exact(a).bmm(exact(b)), 1e-4);
});

test('a factor of 0 forgets what is added, NaN as well', () => {
  const a = matrices([2, 20, 30], 'rows', 1);
  const b = matrices([2, 30, 20], 'rows', 2);
  const nan = torch.full([20, 20], Number.NaN);
  expectClose(nan.baddbmm(a, b, { beta: 0 }), a.bmm(b), 0);
  expect(numbers(nan.baddbmm(a, b)).every(Number.isNaN)).toBe(true);
});

test('NaN and infinities go through as they should', () => {
  const a = torch.ones([20, 20]);
  const b = torch.eye(20);
  a.select(0, 3).fill_(Number.POSITIVE_INFINITY);
  a.select(0, 5).fill_(Number.NaN);
  const rows = numbers(a.mm(b.add(1)).select(1, 0));
  expect(rows[3]).toBe(Number.POSITIVE_INFINITY);
  expect(rows[5]).toBeNaN();
  expect(rows[0]).toBe(21);
});

test('empty products', () => {
  expect(numbers(torch.ones([3, 0]).mm(torch.ones([0, 2])))).toEqual([0, 0, 0, 0, 0, 0]);
  expect(torch.ones([0, 3, 4]).bmm(torch.ones([0, 4, 5])).shape).toEqual([0, 3, 5]);
});

test.each([
  ['bmm', () => torch.ones([2, 3, 4]).bmm(torch.ones([2, 5, 6]))],
  ['bmm', () => torch.ones([2, 3, 4]).bmm(torch.ones([3, 4, 6]))],
  ['mm', () => torch.ones([3, 4]).mm(torch.ones([5, 6]))],
  ['baddbmm', () => torch.ones([7]).baddbmm(torch.ones([2, 3, 4]), torch.ones([2, 4, 5]))],
  ['addmm', () => torch.ones([2, 3, 5]).addmm(torch.ones([3, 4]), torch.ones([4, 5]))],
])('%s says what does not fit', (_, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_TORCH_SHAPE' }));
});

test('METATORCH_PRODUCTS=libtorch leaves them to libtorch', () => {
  const body = `
    const { torch } = require(${DIST});
    const generator = torch.generator(1);
    const a = torch.randn([40, 300], { generator }), b = torch.randn([300, 40], { generator });
    console.log(JSON.stringify([...a.mm(b).data()]));
  `;
  const run = (METATORCH_PRODUCTS: string): string => {
    const env = { ...process.env, METATORCH_PRODUCTS };
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', body], { encoding: 'utf8', env });
    expect(stderr).toBe('');
    return stdout;
  };
  const [own, theirs] = [run(''), run('libtorch')].map((text) => torch.tensor(JSON.parse(text)));
  expectClose(own as Tensor, theirs as Tensor, 1e-4);
});
