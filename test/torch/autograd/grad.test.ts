import { torch } from '../../../lib/torch/index';

const w = torch.tensor([2, 3], { requiresGrad: true, dtype: 'float64' });

describe('grad', () => {
  test('returns a tree like its inputs', () => {
    const v = torch.tensor([1, 1], { requiresGrad: true, dtype: 'float64' });
    const gradients = torch.grad(w.mul(v).sum(), { w, rest: [v] });
    expect(gradients.w.tolist()).toEqual([1, 1]);
    expect(gradients.rest[0]?.tolist()).toEqual([2, 3]);
  });

  test('of gradients, to the third order', () => {
    const [first] = torch.grad(w.pow(4).sum(), [w], { createGraph: true });
    const [second] = torch.grad(first?.sum() ?? w, [w], { createGraph: true });
    const [third] = torch.grad(second?.sum() ?? w, [w]);
    expect(first?.tolist()).toEqual([32, 108]);
    expect(second?.tolist()).toEqual([48, 108]);
    expect(third?.tolist()).toEqual([48, 72]);
  });

  test('without createGraph records nothing of itself', () => {
    expect(torch.grad(w.pow(2).sum(), [w])[0]?.requiresGrad).toBe(false);
  });

  test('gradOutputs weigh the outputs', () => {
    const gradOutputs = torch.tensor([1, 10], { dtype: 'float64' });
    expect(torch.grad(w.pow(2), [w], { gradOutputs })[0]?.tolist()).toEqual([4, 60]);
    expect(() => torch.grad([w.sum()], [w], { gradOutputs: [] })).toThrow('Expected 1 gradOutputs');
    expect(() => torch.grad(w.pow(2), [w])).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }),
    );
  });

  test('gradOutputs may come by position', () => {
    const gradOutputs = torch.tensor([1, 10], { dtype: 'float64' });
    expect(torch.grad(w.pow(2), w, gradOutputs).tolist()).toEqual([4, 60]);
    const [twice] = torch.grad(w.pow(2), [w], [gradOutputs], { createGraph: true });
    expect(torch.grad(twice?.sum() ?? w, w).tolist()).toEqual([2, 20]);
    const both = [gradOutputs, { gradOutputs }] as never;
    expect(() => Reflect.apply(torch.grad, undefined, [w, w, ...both])).toThrow(
      'grad: Received gradOutputs both by position and by name',
    );
  });

  test('null among gradOutputs stands for ones, and there is one for each output', () => {
    const ten = torch.tensor(10, { dtype: 'float64' });
    const outputs = [w.pow(2).sum(), w.sum()];
    const gradients = torch.grad(outputs, w, { gradOutputs: [null, ten] });
    expect(gradients.tolist()).toEqual([14, 16]);
    expect(() => torch.grad(w.sum(), w, { gradOutputs: [null, ten] })).toThrow(
      'grad: Expected 1 gradOutputs, one for each output, but received 2',
    );
  });

  test('refuses what is no tensor, and leaves nothing', () => {
    const loss = w.sum();
    const before = torch.memory().tensors;
    const wrong: [() => unknown, string][] = [
      [() => torch.grad(3 as never, w), 'a tensor or an array of tensors for outputs'],
      [() => torch.grad([3] as never, w), 'Expected a tensor for outputs[0] but received number 3'],
      [() => torch.gradOrNull(loss, { w } as never), 'array of tensors for inputs but received'],
      [
        () => torch.gradOrNull(loss, [w, null] as never),
        'a tensor for inputs[1] but received null',
      ],
      [() => torch.grad(loss, w, { gradOutputs: [2] as never }), 'for gradOutputs[0] but received'],
      [() => torch.grad(loss, w, { gradOutputs: null as never }), 'for gradOutputs but received'],
      [() => torch.grad(loss, []), 'grad: Expected at least one input'],
      [() => torch.grad(w.sum(), { n: 3, w } as never), "at 'n' of a tree but received number 3"],
    ];
    for (const [run, message] of wrong) {
      expect(() => torch.scope(run)).toThrow(message);
      expect(() => torch.scope(run)).toThrow(TypeError);
    }
    expect(torch.memory().tensors).toBe(before);
  });

  test('refuses unknown options', () => {
    expect(() => torch.grad(w.sum(), w, { createGrph: true } as never)).toThrow(
      'grad: Unknown option createGrph; expected gradOutputs, createGraph, retainGraph, allowUnused',
    );
    expect(() => torch.gradOrNull(w.sum(), [w], { allowUnused: true } as never)).toThrow(
      'gradOrNull: Unknown option allowUnused',
    );
    expect(() => torch.grad(w.sum(), w, null as never)).toThrow(
      'for gradOutputs but received null',
    );
    expect(() => torch.gradOrNull(w.sum(), [w], null as never)).toThrow(
      'for the options of gradOrNull but received null',
    );
  });

  test('retainGraph allows a second pass', () => {
    const loss = w.pow(2).sum();
    torch.grad(loss, [w], { retainGraph: true });
    torch.grad(loss, [w]);
    expect(() => torch.grad(loss, [w])).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD', operator: 'grad' }),
    );
  });

  test('an unused input is an error, zeros, or null', () => {
    const unused = torch.tensor([1], { requiresGrad: true });
    expect(() => torch.grad(w.sum(), [unused])).toThrow(/not have been used in the graph/);
    const [zeros] = torch.grad(w.sum(), [unused], { allowUnused: true });
    expect(zeros?.tolist()).toEqual([0]);
    expect(torch.gradOrNull(w.sum(), [unused, w])[0]).toBeNull();
  });
});

test('backward accumulates into the leaves', () => {
  const leaf = torch.tensor([1, 2], { requiresGrad: true });
  const middle = leaf.mul(3).retainGrad();
  middle.sum().backward();
  leaf.sum().backward();
  expect(leaf.grad?.tolist()).toEqual([4, 4]);
  expect(middle.grad?.tolist()).toEqual([1, 1]);
  expect([leaf.isLeaf, middle.isLeaf, middle.gradFn?.name]).toEqual([true, false, 'MulBackward1']);
  leaf.grad = null;
  expect(leaf.grad).toBeNull();
});

describe('errors in place', () => {
  const autogradError = expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' });

  test('changing a leaf that requires gradients', () => {
    const leaf = torch.tensor([1, 2], { requiresGrad: true });
    expect(() => leaf.add_(1)).toThrow(autogradError);
    expect(() => leaf.add_(1)).toThrow(/leaf tensor that requires grad/);
    expect(() => leaf.view([2, 1]).mul_(2)).toThrow(autogradError);
    expect(leaf.tolist()).toEqual([1, 2]);
    torch.noGrad(() => leaf.add_(1));
    expect(leaf.tolist()).toEqual([2, 3]);
  });

  test('changing what backward needs', () => {
    const leaf = torch.tensor([1, 2], { requiresGrad: true });
    const middle = leaf.mul(2);
    const loss = middle.pow(2).sum();
    middle.add_(1);
    expect(() => torch.grad(loss, [leaf])).toThrow(autogradError);
    const result = leaf.exp();
    const other = result.sum();
    result.mul_(2);
    expect(() => other.backward()).toThrow(/modified by an inplace operation/);
  });

  test('changing what backward does not need is fine', () => {
    const leaf = torch.tensor([1, 2], { requiresGrad: true });
    const middle = leaf.mul(2);
    const loss = middle.add(1).sum();
    middle.mul_(5);
    expect(torch.grad(loss, leaf).tolist()).toEqual([2, 2]);
  });

  test('requiring gradients of integers, and unsetting them inside a graph', () => {
    expect(() => torch.tensor([1n]).requiresGrad_()).toThrow(/floating point/);
    const middle = torch.tensor([1], { requiresGrad: true }).mul(2);
    expect(() => middle.requiresGrad_(false)).toThrow(autogradError);
  });
});
