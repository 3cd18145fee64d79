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

describe('setGradEnabled', () => {
  afterEach(() => torch.setGradEnabled(true));

  const recorded = (): boolean => w.mul(2).requiresGrad;

  test('holds until it is changed, or while a function runs', () => {
    torch.setGradEnabled(false);
    expect([recorded(), torch.isGradEnabled()]).toEqual([false, false]);
    expect(torch.setGradEnabled(true, recorded)).toBe(true);
    expect(recorded()).toBe(false);
    torch.setGradEnabled(true);
    expect(recorded()).toBe(true);
  });

  test('the functions around it restore what was before them', () => {
    torch.noGrad(() => {
      torch.setGradEnabled(true);
      expect(recorded()).toBe(true);
    });
    torch.setGradEnabled(false);
    torch.noGrad(() => torch.setGradEnabled(true));
    torch.enableGrad(() => torch.setGradEnabled(false));
    expect(recorded()).toBe(false);
    torch.scope(() => torch.setGradEnabled(true));
    expect(recorded()).toBe(true);
  });

  test('nothing is lost in silence: gradients need a graph, and functions of functions make their own', () => {
    torch.setGradEnabled(false);
    expect(() => torch.grad(w.pow(2).sum(), w)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }),
    );
    const slope = torch.func.grad((x: typeof w) => x.pow(2).sum());
    expect(slope(w).tolist()).toEqual([4, 6]);
  });

  test('backward restores it, and hooks change it for themselves', () => {
    const y = w.mul(3);
    y.registerHook(() => torch.setGradEnabled(true));
    const z = y.sum();
    torch.setGradEnabled(false);
    torch.grad(z, w);
    expect(torch.isGradEnabled()).toBe(false);
  });

  test('refuses recording in inference mode, other values, and a promise', () => {
    torch.inferenceMode(() => {
      expect(() => torch.setGradEnabled(true)).toThrow(
        expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD', operator: 'setGradEnabled' }),
      );
      torch.setGradEnabled(false);
    });
    for (const wrong of [0, 'false', undefined, null]) {
      expect(() => torch.setGradEnabled(wrong as never)).toThrow(TypeError);
    }
    expect(() => torch.setGradEnabled(false, async () => 1)).toThrow('returned a promise');
    expect(torch.isGradEnabled()).toBe(true);
  });
});
