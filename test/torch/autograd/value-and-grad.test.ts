import { type Tensor, torch } from '../../../lib/torch/index';

const x = torch.tensor([1, 2, 3], { dtype: 'float64' });
const params = {
  w: torch.tensor([2, 3, 4], { dtype: 'float64' }),
  b: [torch.tensor(5, { dtype: 'float64' })] as const,
};
type Params = typeof params;

// Σ w² x + b, whose gradients are 2 w x and 1.
const fn = (p: Params, input: Tensor): Tensor => p.w.pow(2).mul(input).sum().add(p.b[0]);

test('value and gradients as a tree of the first argument', () => {
  const { value, gradients } = torch.valueAndGrad(fn)(params, x);
  expect(value.item()).toBe(4 + 18 + 48 + 5);
  expect(gradients.w.tolist()).toEqual([4, 12, 24]);
  expect(gradients.b[0].tolist()).toBe(1);
  expect([value.requiresGrad, gradients.w.requiresGrad]).toEqual([false, false]);
  expect([params.w.requiresGrad, params.w.grad]).toEqual([false, null]);
});

test('works inside noGrad, and leaves nothing but the result', () => {
  const before = torch.memory().tensors;
  const { value, gradients } = torch.noGrad(() => torch.valueAndGrad(fn)(params, x));
  expect(gradients.w.tolist()).toEqual([4, 12, 24]);
  expect(torch.memory().tensors).toBe(before + 3);
  for (const tensor of [value, gradients.w, gradients.b[0]]) tensor.dispose();
});

test('hands aux through', () => {
  const withAux = (p: Params, input: Tensor): readonly [Tensor, { twice: Tensor; n: number }] => [
    fn(p, input),
    { twice: input.mul(2), n: 7 },
  ];
  const { aux, gradients } = torch.valueAndGrad(withAux, { hasAux: true })(params, x);
  expect(aux.twice.tolist()).toEqual([2, 4, 6]);
  expect(aux.n).toBe(7);
  expect(gradients.w.tolist()).toEqual([4, 12, 24]);
});

test('unused parameters get zeros', () => {
  const { gradients } = torch.valueAndGrad((p: { a: Tensor; b: Tensor }) => p.a.sum())({
    a: x,
    b: params.w,
  });
  expect(gradients.b.tolist()).toEqual([0, 0, 0]);
});

test('createGraph connects the gradients to the parameters that were given', () => {
  const w = torch.tensor([2, 3], { dtype: 'float64', requiresGrad: true });
  const cube = torch.valueAndGrad((p: Tensor) => p.pow(3).sum(), { createGraph: true });
  const { value, gradients } = cube(w);
  expect(torch.grad(gradients.sum(), w, { retainGraph: true }).tolist()).toEqual([12, 18]);
  expect(torch.grad(value, w).tolist()).toEqual([12, 27]);
});

test('createGraph connects them to what the function uses of its surroundings', () => {
  const scale = torch.tensor(2, { dtype: 'float64', requiresGrad: true });
  const square = torch.valueAndGrad((p: Tensor) => p.pow(2).sum().mul(scale), {
    createGraph: true,
  });
  expect(torch.grad(square(x).gradients.sum(), scale).item()).toBe(12);
});

test('refuses a value that is no tensor or has several elements', () => {
  expect(() => torch.valueAndGrad((p: Tensor) => p.mul(2))(x)).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }),
  );
  const wrong = (() => 3) as unknown as (p: Tensor) => Tensor;
  expect(() => torch.valueAndGrad(wrong)(x)).toThrow('Expected a tensor for the result of fn');
});

test('a value is one tensor unless hasAux says otherwise', () => {
  const pair = ((p: Tensor) => [p.sum(), 7]) as unknown as (p: Tensor) => Tensor;
  expect(() => torch.valueAndGrad(pair)(x)).toThrow('Expected a tensor for the result of fn');
  const alone = ((): number => 3) as unknown as (p: Tensor) => readonly [Tensor, number];
  expect(() => torch.valueAndGrad(alone, { hasAux: true })(x)).toThrow(
    'Expected [tensor, aux] for the result of fn but received number 3',
  );
});

test('refuses unknown options where it is made', () => {
  expect(() => torch.valueAndGrad(fn, { createGrph: true } as never)).toThrow(
    'valueAndGrad: Unknown option createGrph; expected argnums, hasAux, createGraph',
  );
  expect(() => torch.valueAndGrad(fn, { createGraph: 'no' } as never)).toThrow(
    "Expected a boolean for createGraph of valueAndGrad but received string 'no'",
  );
});

test('an error of the function is the one thrown, and nothing stays', () => {
  const before = torch.memory().tensors;
  expect(() =>
    torch.valueAndGrad((p: Tensor): Tensor => {
      p.mul(2);
      throw new Error('mine');
    })(x),
  ).toThrow('mine');
  expect(torch.memory().tensors).toBe(before);
});

describe('aux', () => {
  const withAux = (y: Tensor) => [y.pow(2).sum(), { twice: y.mul(2) }] as const;

  test('has no graph unless there is to be one, as the value', () => {
    const { aux } = torch.valueAndGrad(withAux, { hasAux: true })(x);
    expect(aux.twice.requiresGrad).toBe(false);
    const connected = torch.valueAndGrad(withAux, { hasAux: true, createGraph: true })(
      x.detach().requiresGrad_(),
    );
    expect(connected.aux.twice.requiresGrad).toBe(true);
    const found = torch.func.jacrev((y: Tensor) => [y.sin(), y.cos()] as const, { hasAux: true })(
      x,
    );
    expect(found.aux.requiresGrad).toBe(false);
  });

  test('a value without one is refused', () => {
    const alone = (y: Tensor) => y.sum() as never;
    expect(() => torch.func.grad(alone, { hasAux: true })(x)).toThrow('[tensor, aux]');
  });
});
