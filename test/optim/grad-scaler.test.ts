import { adam, gradScaler } from '../../lib/optim';
import { type Tensor, torch } from '../../lib/torch';

const numbers = ({ scale, steps }: { scale: Tensor; steps: Tensor }) => [
  scale.item(),
  steps.item(),
];

test('gradients of the scaled loss, divided by the scale, are those of the loss', () => {
  const scaler = gradScaler();
  const state = scaler.init();
  const w = torch.tensor([1, 2], { requiresGrad: true });
  const [scaled] = torch.grad(scaler.scale(w.square().sum(), state), [w]);
  expect(scaled?.tolist()).toEqual([2 * 65_536, 4 * 65_536]);
  const { gradients, finite } = scaler.unscale({ w: scaled as Tensor }, state);
  expect(gradients.w.tolist()).toEqual([2, 4]);
  expect(finite).toBe(true);
});

test('small gradients of float16 are kept', () => {
  const scaler = gradScaler({ initScale: 1024 });
  const state = scaler.init();
  const x = torch.tensor([1], { requiresGrad: true });
  const loss = (y: Tensor): Tensor => y.to('float16').mul(1e-4).to('float32').mul(1e-4).sum();
  expect(torch.grad(loss(x), [x])[0]?.item()).toBe(0);
  const [scaled] = torch.grad(scaler.scale(loss(x), state), [x]);
  const { gradients } = scaler.unscale([scaled as Tensor], state);
  expect(gradients[0]?.item()).toBeCloseTo(1e-8, 10);
  expect(gradients[0]?.item()).toBeGreaterThan(0.9e-8);
});

test('the scale grows after steps in a row, and shrinks at once: the numbers of PyTorch', () => {
  const scaler = gradScaler({
    initScale: 8,
    growthFactor: 4,
    backoffFactor: 0.25,
    growthInterval: 2,
  });
  let state = scaler.init();
  const after = (finite: boolean) => {
    state = scaler.update(state, finite);
    return numbers(state);
  };
  expect([true, true, true, false, true, true].map(after)).toEqual([
    [8, 1],
    [32, 0],
    [32, 1],
    [8, 0],
    [8, 1],
    [32, 0],
  ]);
});

test('it does not grow beyond what float32 holds', () => {
  const scaler = gradScaler({ initScale: 3e38, growthInterval: 1 });
  expect(scaler.update(scaler.init(), true).scale.item()).toBeCloseTo(3e38, -32);
});

test.each([Infinity, -Infinity, Number.NaN])('a gradient of %d is found', (value) => {
  const scaler = gradScaler();
  const gradients = { a: torch.ones([3]), b: [torch.tensor([1, value])] };
  expect(scaler.unscale(gradients, scaler.init()).finite).toBe(false);
});

test('a run leaves steps out until its gradients are finite, and is saved as a tree', () => {
  const scaler = gradScaler({ initScale: 2 ** 120 });
  const optimizer = adam({ learningRate: 0.1 });
  let run = { params: [torch.tensor([3], { requiresGrad: true })] };
  let state = optimizer.init(run.params);
  let scaling = scaler.init();
  let taken = 0;
  for (let step = 0; step < 60; step++) {
    const loss = run.params[0]
      ?.square()
      .mul(2 ** 10)
      .sum() as Tensor;
    const scaled = torch.grad(scaler.scale(loss, scaling), run.params);
    const { gradients, finite } = scaler.unscale(scaled, scaling);
    scaling = scaler.update(scaling, finite);
    if (!finite) continue;
    taken++;
    const next = optimizer.update(gradients, state, run.params);
    run = { params: next.params.map((p) => p.detach().requiresGrad_()) };
    state = next.state;
  }
  expect(taken).toBeGreaterThan(50);
  expect(taken).toBeLessThan(60);
  expect(Math.abs(Number(run.params[0]?.item()))).toBeLessThan(0.5);
  expect(Object.keys(scaling)).toEqual(['scale', 'steps']);
});

test.each<[object, string]>([
  [{ initScale: 0 }, 'initScale'],
  [{ growthFactor: 1 }, 'growthFactor'],
  [{ backoffFactor: 1 }, 'backoffFactor'],
  [{ growthInterval: 0.5 }, 'growthInterval'],
  [{ scale: 2 }, 'scale'],
])('%j is refused', (options, name) => {
  expect(() => gradScaler(options)).toThrow(name);
});

test('what is no loss, state or answer is refused', () => {
  const scaler = gradScaler();
  const state = scaler.init();
  expect(() => scaler.scale(1 as never, state)).toThrow('Expected a tensor for loss');
  expect(() => scaler.scale(torch.ones([]), {} as never)).toThrow('scale of the state');
  expect(() => scaler.update(state, undefined as never)).toThrow('finite');
});
