import { placeOf } from '../../../lib/operator-name';
import { Tensor, torch } from '../../../lib/torch';
import { FUNCTIONS } from '../../../lib/torch/operators/generated/functions';
import { METHODS } from '../../../lib/torch/operators/generated/tensor-methods';

const x = torch.tensor([
  [4, 1],
  [1, 3],
]);

type Doors = Record<string, (...args: unknown[]) => unknown>;

describe('every operator by both doors', () => {
  test('every method is a function too', () => {
    const methods: string[] = [...METHODS];
    const functions = new Set<string>(FUNCTIONS);
    const handwritten = new Set(['slice']);
    expect(methods.filter((name) => !functions.has(name) && !handwritten.has(name))).toEqual([]);
    const { prototype } = Tensor;
    for (const name of methods) {
      const { name: place } = placeOf(name);
      expect(typeof Reflect.get(torch, place)).toBe('function');
      expect(typeof Reflect.get(prototype, place)).toBe('function');
    }
  });

  test.each<readonly [string, Tensor, Tensor]>([
    ['of one tensor', x.exp(), torch.exp(x)],
    ['of two', x.matmul(x), torch.matmul(x, x)],
    ['with a number', x.add(2), torch.add(x, 2)],
    ['with options', x.add(x, { alpha: 2 }), torch.add(x, x, { alpha: 2 })],
    ['by position and by name', x.sum(1, { keepdim: true }), torch.sum(x, 1, { keepdim: true })],
    ['whose tensor comes second', x.where(x.gt(1), 0), torch.where(x.gt(1), x, 0)],
    ['whose tensor comes second, of special', x.polygamma(1), torch.polygamma(1, x)],
    ['that are properties', x.real, torch.real(x)],
  ])('operators %s give the same', (_, method, fn) => {
    expect(method.equal(fn)).toBe(true);
  });

  test('a function in place gives its tensor itself', () => {
    const y = x.clone();
    expect(torch.neg_(y)).toBe(y);
    expect(y.equal(x.neg())).toBe(true);
  });

  test('a function refuses what is no tensor', () => {
    const { exp, add } = torch as unknown as Doors;
    expect(() => exp?.(1)).toThrow('exp: Expected Tensor for self but received number 1');
    expect(() => add?.(x)).toThrow(/^add: no overload takes \(Tensor\)/);
    expect(() => exp?.(x, x)).toThrow(/^exp: Expected at most 1 positional arguments/);
  });
});

describe('namespaces have the names of PyTorch', () => {
  test.each<readonly [string, Tensor, Tensor]>([
    ['linalg', torch.linalg.inv(x).matmul(x), torch.eye(2)],
    ['linalg of a method', torch.linalg.cholesky(x).matmul(torch.linalg.cholesky(x).mT), x],
    ['fft', torch.real(torch.fft.ifft(torch.fft.fft(x))), x],
    ['special', torch.special.expit(x), x.sigmoid()],
    ['sparse', torch.sparse.sum(x.toSparse(), [0]).toDense(), x.sum(0)],
    ['sparse with two', torch.sparse.mm(x.toSparse(), x), x.matmul(x)],
  ])('torch.%s', (_, actual, expected) => {
    expect(actual.allclose(expected, 1e-5, 1e-6)).toBe(true);
  });

  test('and the operators nowhere else', () => {
    for (const name of ['linalgInv', 'linalgCholesky', 'fftFft', 'specialExpit']) {
      expect(Reflect.has(torch, name)).toBe(false);
      expect(Reflect.has(x, name)).toBe(false);
    }
  });

  test('errors name the function as it is called', () => {
    expect(() => torch.linalg.inv(torch.zeros([2, 2]))).toThrow(
      expect.objectContaining({
        code: 'ERR_TORCH_LINALG',
        operator: 'linalg.inv',
        message: expect.stringMatching(/^linalg\.inv: The diagonal element 1 is zero/),
      }),
    );
    const { solve } = torch.linalg as unknown as Doors;
    expect(() => solve?.(x)).toThrow('linalg.solve: Expected Tensor for B but received undefined');
  });
});
