import { type Tensor, torch } from '../../../lib/torch';

// A getter that frees a tensor and makes another, which gets its handle.
function swap(tensor: Tensor): () => Tensor {
  return () => {
    tensor.dispose();
    return torch.full([2], 99);
  };
}

const disposed = expect.objectContaining({ code: 'ERR_TORCH_DISPOSED' });

describe('no call reads another tensor than it was given', () => {
  test.each<[string, (x: Tensor, act: () => unknown) => unknown]>([
    ['options of a method', (x, act) => x.softmax(0, option('dtype', act, 'float64'))],
    ['options of a function', (x, act) => torch.ops.aten?.add?.(x, 1, option('alpha', act, 1))],
    ['an element of a list', (x, act) => torch.cat([x, element(act, torch.ones([2]))] as never)],
    ['a list that is read later', (x, act) => x.sum(listOf(act, 0) as never)],
    ['options of to', (x, act) => x.to('float64', option('copy', act, true))],
    [
      'options of backward',
      (x, act) => x.requiresGrad_().backward(option('retainGraph', act, true)),
    ],
    ['the outputs of grad', (x, act) => torch.grad(x, listOf(act, torch.ones([2])) as never)],
    ['options of share', (x, act) => x.share(option('uses', act, 1))],
    ['an index', (x, act) => x.index(listOf(act, 0) as never)],
    ['a part of a complex number', (x, act) => x.add(part(act) as never)],
  ])('%s', (_, call) => {
    torch.scope(() => {
      const x = torch.ones([2]);
      expect(() => call(x, swap(x))).toThrow(disposed);
    });
  });
});

test('each option and element is read once', () => {
  let reads = 0;
  const options = Object.defineProperty({}, 'dtype', {
    enumerable: true,
    get: () => (++reads === 1 ? 'float64' : 'junk'),
  });
  expect(torch.ones([2], options).dtype).toBe('float64');
  reads = 0;
  const size = Object.defineProperty([0], 0, { get: () => (++reads === 1 ? 3 : -5) });
  expect(torch.ones(size).shape).toEqual([3]);
});

test.each<[string, () => unknown, string]>([
  ['a list of tensors', () => torch.cat([torch.ones([1]), undefined as never]), 'tensors[1]'],
  ['a list of integers', () => torch.ones([2, 'x' as never]), 'integer for size[1]'],
  ['a list with a hole', () => torch.ones(new Array(1)), 'integer for size[0]'],
])('the element of %s that does not fit is named', (_, call, place) => {
  expect(call).toThrow(expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }));
  expect(call).toThrow(place);
});

function option(name: string, act: () => unknown, value: unknown): never {
  const get = () => {
    act();
    return value;
  };
  return Object.defineProperty({}, name, { enumerable: true, get }) as never;
}

function element(act: () => unknown, value: Tensor): Tensor {
  act();
  return value;
}

function listOf(act: () => unknown, value: unknown): unknown[] {
  const get = () => {
    act();
    return value;
  };
  return Object.defineProperty([value], 0, { get });
}

function part(act: () => unknown): object {
  const get = () => {
    act();
    return 1;
  };
  return Object.defineProperty({ re: 1 }, 'im', { enumerable: true, get });
}
