import { serializeSafetensors, type Tensor, torch } from '../../lib/torch';

const x = torch.tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const ints = x.to('int64');
const leaf = torch.tensor([1, 2], { requiresGrad: true });
const gone = x.add(1);
gone.dispose();

type Case = [string, () => unknown];

/** Every case fails with the code, as a TorchError or as an error of arguments, and leaves nothing. */
function expectFailures(code: string, name: string, cases: readonly Case[]): void {
  test.each(cases)('%s', (_, call) => {
    const before = torch.memory();
    expect(() => torch.scope(() => void call())).toThrow(expect.objectContaining({ name, code }));
    expect(torch.memory()).toEqual(before);
  });
}

/** Calls past the types, as a program without them may. */
function untyped(target: object, name: string, ...args: unknown[]): unknown {
  return Reflect.apply(Reflect.get(target, name), target, args);
}

describe('wrong shapes', () => {
  expectFailures('ERR_TORCH_SHAPE', 'TorchError', [
    ['a product', () => x.matmul(x)],
    ['a product of batches', () => x.bmm(x)],
    ['a sum', () => x.add(torch.zeros([5]))],
    ['a list', () => torch.cat([x, torch.zeros([2, 2])])],
    ['a stack', () => torch.stack([x, x.mT])],
    ['a view', () => x.view([4])],
    ['a layer', () => torch.linear(x, torch.zeros([2, 4]))],
    ['a negative size', () => torch.zeros([-1])],
    ['a negative size of given data', () => torch.tensor(new Float32Array(1), { shape: [-1, -1] })],
    ['what multiplies a gradient', () => leaf.mul(2).backward(torch.zeros([3]))],
  ]);
  expectFailures('ERR_TORCH_ARGUMENT', 'TypeError', [
    ['data of another size', () => torch.tensor(new Float32Array(3), { shape: [2] })],
    ['ragged data', () => torch.tensor([[1], [1, 2]])],
  ]);
});

describe('operators that vmap has no rule for', () => {
  const each = (fn: (a: Tensor) => unknown) => () => torch.vmap((a: Tensor) => fn(a) as Tensor)(x);
  expectFailures('ERR_TORCH_VMAP', 'TorchError', [
    ['that give no tensor', each((a) => a.equal(a))],
    ['that write by strides', each((a) => a.asStridedScatter(a, [2], [1]))],
    ['whose results have no shape of their own', each((a) => a.nonzero())],
  ]);

  test('are refused without an invitation to write to libtorch', () => {
    for (const fn of [(a: Tensor) => a.nonzero(), (a: Tensor) => a.asStridedScatter(a, [2], [1])]) {
      expect(each(fn)).toThrow(
        expect.objectContaining({
          message: expect.not.stringMatching(/file an? (github )?issue/i),
        }),
      );
    }
  });
});

describe('wrong dtypes', () => {
  expectFailures('ERR_TORCH_DTYPE', 'TorchError', [
    ['a product', () => x.matmul(ints.mT)],
    ['an index', () => x.indexSelect(0, torch.tensor([0.5]))],
    ['ids', () => torch.embedding(x, torch.tensor([0.5]))],
    ['labels', () => x.crossEntropyLoss(torch.tensor([0, 1], { dtype: 'int32' }))],
    ['a mean of integers', () => ints.mean()],
    ['gradients of integers', () => ints.requiresGrad_()],
    ['complex numbers in a file', () => serializeSafetensors({ x: x.to('complex128') })],
  ]);
  expectFailures('ERR_TORCH_ARGUMENT', 'TypeError', [
    ['an unknown one', () => torch.tensor([1], { dtype: 'float3' as never })],
    ['an unknown one to convert to', () => x.to({ dtype: 'float3' as never })],
    ['an unknown one of a function', () => torch.zeros([1], { dtype: 'float3' as never })],
  ]);
});

describe('wrong devices', () => {
  expectFailures('ERR_TORCH_DEVICE', 'TorchError', [
    ['two at once', () => x.add(torch.zeros([2, 3], { device: 'meta' }))],
    ['one that is not there', () => torch.zeros([1], { device: 'cuda:63' })],
    ['one that is not there, to move to', () => x.to('cuda:63')],
  ]);
  expectFailures('ERR_TORCH_ARGUMENT', 'TypeError', [
    ['an unknown one', () => torch.zeros([1], { device: 'mars' })],
    ['an unknown one to move to', () => x.to('mars')],
    ['an unknown one of data', () => torch.tensor([1], { device: 'mars' })],
    ['an unknown one of a generator', () => torch.generator(1, 'mars')],
  ]);
});

describe('wrong counts of arguments', () => {
  expectFailures('ERR_TORCH_ARGUMENT', 'TypeError', [
    ['none for a function of one', () => untyped(torch, 'zeros')],
    ['none for a function of a list', () => untyped(torch, 'cat')],
    ['none for a method of one', () => untyped(x, 'matmul')],
    ['two for a function of one', () => untyped(torch, 'zeros', [1], [2])],
    ['three for a method of one', () => untyped(x, 'matmul', x, x, x)],
    ['one for a method of none', () => untyped(x, 'relu', 1)],
    ['one for an operator of two', () => torch.ops.aten?.mm?.(x)],
    ['no inputs for gradients', () => torch.grad(leaf.sum(), [])],
    ['too few multipliers for gradients', () => torch.grad([leaf], [leaf], { gradOutputs: [] })],
  ]);
});

describe('unknown options', () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      'a function',
      () => untyped(torch, 'zeros', [1], { foo: 1 }),
      /^zeros: .* foo; expected dtype/,
    ],
    ['a method', () => untyped(x, 'softmax', 0, { foo: 1 }), /^softmax: .* foo; expected dtype$/],
    ['a method of many overloads', () => untyped(x, 'add', x, { beta: 1 }), /^add: .*option beta/s],
    ['a method without options', () => untyped(x, 'relu', { foo: 1 }), /^relu: .* expected none$/],
    [
      'a function of a list',
      () => untyped(torch, 'cat', [x], { axis: 1 }),
      /^cat: .* expected dim$/,
    ],
    ['data', () => untyped(torch, 'tensor', [1], { foo: 1 }), /^tensor: .* foo; expected dtype/],
  ])('of %s are refused, with those that are known', (_, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});

describe('use after dispose', () => {
  const accessors = [
    'shape',
    'strides',
    'ndim',
    'dtype',
    'device',
    'layout',
    'requiresGrad',
    'isLeaf',
    'gradFn',
    'grad',
    'mT',
  ] as const;
  expectFailures('ERR_TORCH_DISPOSED', 'TorchError', [
    ...accessors.map((name): Case => [name, () => gone[name]]),
    ['an operator', () => gone.add(1)],
    ['an argument', () => x.add(gone)],
    ['a list', () => torch.cat([x, gone])],
    ['an optional argument', () => torch.linear(x, x, gone)],
    ['a place in an index', () => x.index([null, gone])],
    ['in place', () => torch.ops.aten?.add_?.(gone, 1)],
    ['in place, as argument', () => torch.ops.aten?.add_?.(x, gone)],
    ['to', () => gone.to('float64')],
    ['numel', () => gone.numel()],
    ['item', () => gone.item()],
    ['itemBigInt', () => gone.itemBigInt()],
    ['data', () => gone.data()],
    ['tolist', () => gone.tolist()],
    ['an iteration', () => [...gone]],
    ['requiresGrad_', () => gone.requiresGrad_()],
    ['retainGrad', () => gone.retainGrad()],
    ['backward', () => gone.backward()],
    ['a seed of backward', () => leaf.mul(2).backward(gone)],
    ['an output of gradients', () => torch.grad(gone, [leaf])],
    ['an input of gradients', () => torch.grad(leaf.sum(), [gone])],
    ['a multiplier of gradients', () => torch.grad(leaf.mul(2), [leaf], { gradOutputs: gone })],
    ['a state of a generator', () => torch.generator(1).setState(gone)],
    ['a file', () => serializeSafetensors({ gone })],
    [
      'a gradient that is set',
      () => {
        leaf.grad = gone;
      },
    ],
  ]);
});
