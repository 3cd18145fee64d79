import { torch } from '../../../lib/torch';

const x = torch.arange(6).view(2, 3);

/** A call as JavaScript makes it, which knows no types. */
const loosely = (fn: unknown, ...args: unknown[]): unknown => Reflect.apply(fn as never, x, args);

describe('sizes one by one, as PyTorch takes them', () => {
  test.each<readonly [string, number[], number[]]>([
    ['zeros', torch.zeros(2, 3).shape, [2, 3]],
    ['ones of one size', torch.ones(4).shape, [4]],
    ['with options', torch.randn(2, 3, { dtype: 'float64' }).shape, [2, 3]],
    ['a list', torch.rand([2, 3]).shape, [2, 3]],
    ['view', x.view(3, -1).shape, [3, 2]],
    ['permute', x.permute(1, 0).shape, [3, 2]],
    ['reshape', x.reshape(6).shape, [6]],
    ['expand', torch.ones(1, 3).expand(2, -1).shape, [2, 3]],
    ['repeat', x.repeat(2, 2).shape, [4, 6]],
    ['tile', x.tile(2).shape, [2, 6]],
    ['flip', x.flip(0, 1).shape, [2, 3]],
    ['newZeros', x.newZeros(1, 2).shape, [1, 2]],
    ['a function', torch.permute(x, 1, 0).shape, [3, 2]],
    ['a spread', x.view(...[1, 6]).shape, [1, 6]],
  ])('%s', (_, actual, expected) => {
    expect(actual).toEqual(expected);
  });

  test('options are read behind them', () => {
    expect(torch.zeros(2, { dtype: 'int8', requiresGrad: false }).dtype).toBe('int8');
    expect(torch.ones(1, 2, { requiresGrad: true }).requiresGrad).toBe(true);
  });

  test('a dtype is no size, and a dimension is no list of sizes', () => {
    expect(x.view('float64').dtype).toBe('float64');
    expect(x.sum(0).tolist()).toEqual([3n, 5n, 7n]);
    expect(x.squeeze(0).shape).toEqual([2, 3]);
  });

  test('what is wrong is named by its place', () => {
    expect(() => loosely(torch.zeros, 2, 'a')).toThrow(
      /zeros: Expected integer for size\[1\] but received string 'a'/,
    );
    expect(() => loosely(x.permute, 1, 0.5)).toThrow(
      'permute: Expected integer for dims[1] but received number 0.5',
    );
    expect(() => loosely(x.expand)).toThrow(/Expected integer\[\] for size but received undefined/);
  });
});

describe('tensors one by one, where PyTorch takes them so', () => {
  const a = torch.ones(1, 2);
  test('einsum, blockDiag, broadcastTensors, meshgrid, cartesianProd', () => {
    expect(torch.einsum('ij,kj->ik', a, a).tolist()).toEqual([[2]]);
    expect(torch.blockDiag(a, a).shape).toEqual([2, 4]);
    expect(torch.broadcastTensors(a, torch.ones(3, 1)).map(({ shape }) => shape)).toEqual([
      [3, 2],
      [3, 2],
    ]);
    const [rows] = torch.meshgrid(torch.arange(2), torch.arange(3), { indexing: 'ij' });
    expect(rows?.shape).toEqual([2, 3]);
    expect(torch.cartesianProd(torch.arange(2), torch.arange(3)).shape).toEqual([6, 2]);
    expect(torch.atleast2d(torch.ones(2), torch.ones([])).map(({ ndim }) => ndim)).toEqual([2, 2]);
  });

  test('not where PyTorch takes a list', () => {
    expect(() => loosely(torch.cat, a, a)).toThrow(/^cat: /);
    expect(() => loosely(torch.stack, a, a)).toThrow(/^stack: /);
  });
});
