import { Tensor, torch } from '../../../lib/torch/index';

const x = torch.tensor([1, 2], { dtype: 'float64' });
const loss = (a: Tensor): Tensor => a.pow(2).sum();
const junk: readonly unknown[] = [undefined, null, {}, [], 'x', Number.NaN, 3, true, Symbol('s')];
const noFunctions = junk;
const noTrees = [undefined, null, 'x', Number.NaN, 3, true, { a: 3 }, [x, 'x'], {}, [], new Map()];
const noOptions = [null, 'x', 3, { unknown: 1 }, { createGraph: 'x' }, { createGraph: null }];

type Call = (value: unknown) => unknown;

/** Calls a function of the library with what its types would not let through. */
function call(name: string, ...args: unknown[]): unknown {
  return Reflect.apply(Reflect.get(torch, name), torch, args);
}

function apply(fn: unknown, ...args: unknown[]): unknown {
  return (fn as (...args: unknown[]) => unknown)(...args);
}

/** Every call has to throw an error with a code that names what was wrong. */
function expectRefused(run: Call, values: readonly unknown[], names: RegExp): void {
  for (const value of values) {
    const found = { code: 'nothing was thrown', message: '' };
    try {
      run(value);
    } catch (error) {
      Object.assign(found, { code: String(Reflect.get(error as Error, 'code')) });
      found.message = (error as Error).message;
    }
    expect([value, found.code]).toEqual([value, 'ERR_TORCH_ARGUMENT']);
    expect(found.message).toMatch(names);
  }
}

test.each<[string, Call]>([
  ['valueAndGrad', (fn) => call('valueAndGrad', fn)],
  ['vjp', (fn) => call('vjp', fn, x)],
  ['jvp', (fn) => call('jvp', fn, x, x)],
  ['hvp', (fn) => call('hvp', fn, x, x)],
  ['jacobian', (fn) => call('jacobian', fn, x)],
  ['hessian', (fn) => call('hessian', fn, x)],
  ['gradcheck', (fn) => call('gradcheck', fn, x)],
  ['gradgradcheck', (fn) => call('gradgradcheck', fn, x)],
  ['vmap', (fn) => call('vmap', fn)],
  ['checkpoint', (fn) => call('checkpoint', fn, x)],
  ['noGrad', (fn) => call('noGrad', fn)],
  ['enableGrad', (fn) => call('enableGrad', fn)],
  ['inferenceMode', (fn) => call('inferenceMode', fn)],
])('%s refuses what is no function', (name, run) => {
  expectRefused(run, noFunctions, new RegExp(`a function for fn of ${name} `));
  expect(torch.isGradEnabled()).toBe(true);
});

test.each<[string, Call, RegExp]>([
  ['valueAndGrad', (p) => apply(call('valueAndGrad', loss), p), /valueAndGrad: .*params/],
  ['vjp', (inputs) => call('vjp', loss, inputs), /vjp: .*inputs/],
  ['jvp', (inputs) => call('jvp', loss, inputs, x), /jvp: .*inputs/],
  ['hvp', (inputs) => call('hvp', loss, inputs, x), /hvp: .*inputs/],
  ['jacobian', (inputs) => call('jacobian', loss, inputs), /jacobian: .*inputs/],
  ['hessian', (inputs) => call('hessian', loss, inputs), /hessian: .*inputs/],
  ['gradcheck', (inputs) => call('gradcheck', loss, inputs), /gradcheck: .*input/],
  ['gradgradcheck', (inputs) => call('gradgradcheck', loss, inputs), /gradgradcheck: .*input/],
])('%s refuses inputs that are no tree, or an empty one', (_, run, names) => {
  expectRefused(run, noTrees, names);
});

test('a gradient for what is not a tensor', () => {
  const receivers = [null, 'x', {}, torch];
  for (const gradient of [x, null]) {
    expectRefused((of) => Reflect.set(Tensor.prototype, 'grad', gradient, of), receivers, /tensor/);
  }
});

test('vectors of another structure', () => {
  const vectors = [null, 'x', Number.NaN, {}, [x], { a: x }];
  expectRefused((v) => call('vjp', loss, x, v), vectors, /vjp: v/);
  expectRefused((v) => call('jvp', loss, x, v), [undefined, ...vectors], /jvp: v/);
  expectRefused((v) => call('hvp', loss, x, v), [undefined, ...vectors], /hvp: v/);
});

test('results of fn', () => {
  const results = [undefined, null, 'x', Number.NaN, 3];
  const fn = (result: unknown) => () => result;
  expectRefused((result) => apply(call('valueAndGrad', fn(result)), x), results, /result of fn/);
  expectRefused((result) => call('vjp', fn(result), x), results, /result of fn/);
  expectRefused((result) => call('jvp', fn(result), x, x), results, /result of fn/);
  expectRefused((result) => call('hvp', fn(result), x, x), results, /result of fn/);
  expectRefused((result) => call('jacobian', fn(result), x), results, /result of fn/);
  expectRefused((result) => call('hessian', fn(result), x), results, /result of fn/);
  expectRefused((result) => apply(call('vmap', fn(result)), x), results, /result/);
});

test.each<[string, Call]>([
  ['valueAndGrad', (options) => call('valueAndGrad', loss, options)],
  ['vjp', (options) => call('vjp', loss, x, undefined, options)],
  ['jvp', (options) => call('jvp', loss, x, x, options)],
  ['hvp', (options) => call('hvp', loss, x, x, options)],
  ['jacobian', (options) => call('jacobian', loss, x, options)],
  ['hessian', (options) => call('hessian', loss, x, options)],
  ['grad', (options) => call('grad', loss(x.detach().requiresGrad_()), [x], options)],
  ['gradOrNull', (options) => call('gradOrNull', loss(x.detach().requiresGrad_()), [x], options)],
])('%s refuses options', (name, run) => {
  const some = noOptions.filter(
    (options) => (options as { createGraph?: unknown })?.createGraph !== null,
  );
  expectRefused(run, some, new RegExp(`${name}|createGraph|options`));
});

test('options of gradcheck and vmap', () => {
  const own = x.detach().requiresGrad_();
  const checks = [null, 'x', { unknown: 1 }, { eps: 'x' }, { eps: 0 }, { raise: 'x' }];
  expectRefused((options) => call('gradcheck', loss, own, options), checks, /gradcheck|eps|raise/);
  expectRefused(
    (options) => call('gradgradcheck', loss, own, options),
    [...checks, { gradOutputs: 3 }, { gradOutputs: [] }, { gradOutputs: ['x'] }],
    /gradgradcheck|eps|raise|gradOutputs/,
  );
  expectRefused(
    (options) => call('vmap', loss, options),
    [null, 'x', { unknown: 1 }, { randomness: 3 }],
    /vmap|randomness/,
  );
  expectRefused(
    (inDims) => apply(call('vmap', loss, { inDims }), x),
    ['x', Number.NaN, {}, true, ['x'], [Number.NaN], [0.5], [3]],
    /args/,
  );
});

test('grad refuses outputs, inputs and weights that are no tensors', () => {
  const own = x.detach().requiresGrad_();
  const wrong = [undefined, null, {}, 'x', Number.NaN, [3]];
  expectRefused((outputs) => call('grad', outputs, own), wrong, /outputs/);
  expectRefused((inputs) => call('grad', loss(own), inputs), [...wrong, []], /input/);
  expectRefused((inputs) => call('gradOrNull', loss(own), inputs), wrong, /input/);
  expectRefused(
    (gradOutputs) => call('grad', loss(own), own, { gradOutputs }),
    wrong.slice(1),
    /gradOutputs/,
  );
});
