import { torch } from '../../../lib/torch';

const argument = expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' });
const leaf = () => torch.tensor([1, 2], { requiresGrad: true });

describe('backward', () => {
  test('takes options alone', () => {
    const x = leaf();
    const loss = x.mul(x).sum();
    loss.backward({ retainGraph: true });
    loss.backward();
    expect(x.grad?.tolist()).toEqual([4, 8]);
    expect(() => loss.backward()).toThrow(expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }));
  });

  test('takes a gradient, and options after it', () => {
    const x = leaf();
    const y = x.mul(3);
    y.backward(torch.tensor([1, 10]), { retainGraph: true });
    y.backward(torch.tensor([0, 1]), undefined);
    expect(x.grad?.tolist()).toEqual([3, 33]);
  });

  test.each<[string, unknown[], string]>([
    ['a string', ['junk'], "a tensor for gradient but received string 'junk'"],
    ['null', [null], 'a tensor for gradient but received null'],
    ['a number', [1], 'a tensor for gradient'],
    ['an unknown option', [{ retain: true }], 'Unknown option retain; expected retainGraph'],
    ['an option of another type', [{ retainGraph: 1 }], 'a boolean for retainGraph'],
    ['options twice', [{}, {}], 'a tensor for gradient but received Object'],
    ['a third argument', [undefined, {}, 1], 'no more arguments for backward'],
    ['options that are none', [undefined, 'x'], 'for the options of backward'],
  ])('refuses %s', (_, args, message) => {
    const loss = leaf().sum();
    const call = () => Reflect.apply(loss.backward, loss, args);
    expect(call).toThrow(argument);
    expect(call).toThrow(message);
  });
});

describe('grad', () => {
  test('takes tensors of its kind, and null', () => {
    const x = leaf();
    x.grad = torch.tensor([5, 6]);
    expect(x.grad?.tolist()).toEqual([5, 6]);
    x.grad = null;
    expect(x.grad).toBeNull();
  });

  test.each<[unknown, string, string]>([
    [torch.zeros([3]), 'ERR_TORCH_SHAPE', 'Expected shape [2] for grad but received shape [3]'],
    [torch.zeros([2], { dtype: 'float64' }), 'ERR_TORCH_DTYPE', 'received dtype float64'],
    [torch.zeros([2], { device: 'meta' }), 'ERR_TORCH_DEVICE', 'received device meta'],
    [1, 'ERR_TORCH_ARGUMENT', 'a tensor or null for grad but received number 1'],
    [undefined, 'ERR_TORCH_ARGUMENT', 'received undefined'],
    [{ handle: 0 }, 'ERR_TORCH_ARGUMENT', 'received Object'],
  ])('refuses others: %#', (value, code, message) => {
    const x = leaf();
    const set = () => {
      x.grad = value as never;
    };
    expect(set).toThrow(expect.objectContaining({ code }));
    expect(set).toThrow(message);
    expect(x.grad).toBeNull();
  });

  test('refuses the tensor itself', () => {
    const x = leaf();
    expect(() => {
      x.grad = x;
    }).toThrow('Expected another tensor');
  });
});

describe('requiresGrad', () => {
  test('can be set', () => {
    const x = torch.ones([2]);
    x.requiresGrad = true;
    expect(x.requiresGrad).toBe(true);
    x.requiresGrad = false;
    expect(x.requiresGrad).toBe(false);
  });

  test.each<[string, () => unknown]>([
    ['requiresGrad_', () => torch.ones([1]).requiresGrad_('x' as never)],
    ['tensor', () => torch.tensor([1], { requiresGrad: 'yes' as never })],
    ['ones', () => torch.ones([1], { requiresGrad: 'yes' as never })],
    [
      'the property',
      () => {
        torch.ones([1]).requiresGrad = 1 as never;
      },
    ],
    ['createGraph', () => torch.grad(leaf().sum(), leaf(), { createGraph: 1 as never })],
    ['retainGraph', () => torch.grad(leaf().sum(), leaf(), { retainGraph: 'no' as never })],
    ['allowUnused', () => torch.grad(leaf().sum(), leaf(), { allowUnused: 1 as never })],
  ])('%s wants a boolean', (_, call) => {
    expect(call).toThrow(argument);
    expect(call).toThrow(/boolean for/);
  });
});

describe('backward by names', () => {
  test('takes the gradient among the options, as Python does by keyword', () => {
    const x = leaf();
    x.mul(2).backward({ gradient: torch.tensor([1, 2]), retainGraph: true });
    expect(x.grad?.tolist()).toEqual([2, 4]);
    expect(() => x.mul(2).backward(torch.ones([2]), { gradient: torch.ones([2]) })).toThrow(
      'gradient both by position and by name',
    );
  });

  test('accumulates into the inputs that are named alone, leaves or not', () => {
    const x = leaf();
    const w = torch.tensor([3, 4], { requiresGrad: true });
    const hidden = x.mul(w);
    hidden
      .pow(2)
      .sum()
      .backward({ inputs: [x, hidden] });
    expect(x.grad?.tolist()).toEqual([18, 64]);
    expect(hidden.grad?.tolist()).toEqual([6, 16]);
    expect(w.grad).toBeNull();
  });

  test.each<[unknown, string]>([
    [[], 'an array of at least one, for inputs but received array of length 0'],
    [[1], 'a tensor for inputs[0] but received number 1'],
    [{}, 'for inputs but received Object'],
  ])('refuses inputs that are none: %#', (inputs, message) => {
    const loss = leaf().sum();
    expect(() => loss.backward({ inputs: inputs as never })).toThrow(message);
  });
});
