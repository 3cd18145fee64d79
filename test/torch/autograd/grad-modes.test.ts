import { torch } from '../../../lib/torch/index';

const w = torch.tensor([2, 3], { requiresGrad: true, dtype: 'float64' });

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
    expect(torch.inferenceMode(torch.isGradEnabled)).toBe(false);
    expect(torch.isGradEnabled()).toBe(true);
    expect(() => made.mul(w)).toThrow(expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }));
    expect(w.mul(2).requiresGrad).toBe(true);
  });

  test('refuse a promise', () => {
    for (const mode of ['noGrad', 'enableGrad', 'inferenceMode'] as const) {
      const run = () => torch[mode](async () => 1);
      expect(run).toThrow('returned a promise');
      expect(run).toThrow(expect.objectContaining({ operator: mode }));
    }
    expect(torch.isGradEnabled()).toBe(true);
  });
});
