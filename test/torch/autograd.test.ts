import { torch } from '../../lib/torch';

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

describe('modes', () => {
  test('noGrad and enableGrad nest and are restored after an error', () => {
    torch.noGrad(() => {
      expect(w.mul(2).requiresGrad).toBe(false);
      torch.enableGrad(() => expect(w.mul(2).requiresGrad).toBe(true));
      expect(torch.isGradEnabled()).toBe(false);
    });
    expect(() =>
      torch.noGrad(() => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect(torch.isGradEnabled()).toBe(true);
  });

  test('what inference mode makes cannot be recorded', () => {
    const made = torch.inferenceMode(() => w.mul(2));
    expect(made.requiresGrad).toBe(false);
    expect(() => made.mul(w)).toThrow(expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }));
    expect(w.mul(2).requiresGrad).toBe(true);
  });

  test('refuse a promise', () => {
    expect(() => torch.noGrad(async () => 1)).toThrow('returned a promise');
    expect(torch.isGradEnabled()).toBe(true);
  });
});

test('backward accumulates into the leaves', () => {
  const leaf = torch.tensor([1, 2], { requiresGrad: true });
  const middle = leaf.mul(3).retainGrad();
  middle.sum().backward();
  leaf.sum().backward();
  expect(leaf.grad?.tolist()).toEqual([4, 4]);
  expect(middle.grad?.tolist()).toEqual([1, 1]);
  expect([leaf.isLeaf, middle.isLeaf, middle.gradFn]).toEqual([true, false, 'MulBackward1']);
  leaf.grad = null;
  expect(leaf.grad).toBeNull();
});
