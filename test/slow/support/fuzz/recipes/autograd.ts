import {
  disposeTree,
  flattenTree,
  isTensor,
  leaves,
  mapTree,
  type Tensor,
  torch,
  unflattenTree,
} from '../../../../../lib/torch';
import type { Random } from '../random';
import { type AnyFunction, type Recipe, recipe } from './recipe';

const leaf = (random: Random, ...shape: number[]): Tensor =>
  torch
    .randn(shape, { generator: torch.generator(random.int(99)), dtype: 'float64' })
    .requiresGrad_();

const FUNCTIONS: readonly ((x: Tensor) => unknown)[] = [
  (x) => x.mul(x).sum(),
  (x) => x.sin(),
  (x) => x.detach(),
  () => torch.ones([]),
  () => 1,
  () => undefined,
  (x) => [x, x],
  (x) => {
    x.dispose();
    return x;
  },
  (x) => x.add_(1),
  (x) => torch.vmap((y: Tensor) => y.exp())(x),
  () => {
    throw Object.assign(new Error('of the caller'), { code: 'OWN' });
  },
  async (x) => x,
];

const tree = (random: Random) => ({
  a: leaf(random, 2),
  b: [leaf(random, 1), { c: leaf(random) }],
});

const some = (random: Random) => (random.chance(0.6) ? FUNCTIONS[0] : random.pick(FUNCTIONS));

function ofFunction(name: keyof typeof torch, shape: number[], ...more: unknown[]): Recipe {
  const fn = torch[name] as AnyFunction;
  return recipe('autograd', `torch.${name}`, fn, (random) => [
    some(random),
    leaf(random, ...shape),
    ...more,
  ]);
}

/** A function made of any two, and gradients through it. */
function throughFunction(forward: never, backward: never, ...args: never[]): unknown {
  class Given extends torch.autograd.Function {
    static forward = (_: unknown, ...own: unknown[]): unknown =>
      Reflect.apply(forward, undefined, own);
    static backward = (_: unknown, ...own: unknown[]): unknown =>
      Reflect.apply(backward, undefined, own);
  }
  const result = Given.apply(...args);
  const outputs = leaves(result).filter((output) => output.requiresGrad);
  const sums = outputs.map((output) => output.sum());
  return torch.gradOrNull(
    sums,
    leaves(args).filter((input) => input.requiresGrad),
  );
}

function throughHook(hook: never, x: Tensor): unknown {
  x.mul(2).registerHook(hook);
  const y = x.mul(3);
  y.registerHook(hook);
  y.gradFn?.registerHook(hook);
  return torch.gradOrNull(y.sum(), [x]);
}

const transformed =
  (name: 'grad' | 'jacrev' | 'jacfwd' | 'hessian') =>
  (fn: never, options: never, ...args: never[]): unknown =>
    (torch.func[name] as AnyFunction as (...a: unknown[]) => AnyFunction)(fn, options)(...args);

function ofFunc(name: 'grad' | 'jacrev' | 'jacfwd' | 'hessian'): Recipe {
  return recipe('autograd', `torch.func.${name}`, transformed(name), (random) => [
    some(random),
    random.pick([{}, { argnums: 0 }, { argnums: [0, 1] }]),
    leaf(random, 3),
    leaf(random, 2),
  ]);
}

export const AUTOGRAD: readonly Recipe[] = [
  ofFunc('grad'),
  ofFunc('jacrev'),
  ofFunc('jacfwd'),
  ofFunc('hessian'),
  recipe('autograd', 'torch.func.linearize', torch.func.linearize as AnyFunction, (random) => [
    some(random),
    leaf(random, 3),
  ]),
  recipe(
    'autograd',
    'torch.func.stackModuleState',
    torch.func.stackModuleState as AnyFunction,
    (random) => [[tree(random), tree(random)]],
  ),
  recipe('autograd', 'torch.autograd.Function', throughFunction as AnyFunction, (random) => [
    some(random),
    some(random),
    leaf(random, 3),
  ]),
  recipe('autograd', 'Tensor.registerHook', throughHook as AnyFunction, (random) => [
    some(random),
    leaf(random, 3),
  ]),
  recipe(
    'autograd',
    'torch.autograd.savedTensorsHooks',
    torch.autograd.savedTensorsHooks as AnyFunction,
    (random) => {
      const x = leaf(random, 3);
      return [some(random), some(random), () => torch.gradOrNull(x.exp().sum(), [x])];
    },
  ),
  recipe(
    'autograd',
    'torch.autograd.detectAnomaly',
    torch.autograd.detectAnomaly as AnyFunction,
    (random) => {
      const x = leaf(random, 3);
      return [() => torch.gradOrNull(x.log().sum(), [x]), {}];
    },
  ),
  recipe('autograd', 'torch.grad', torch.grad as AnyFunction, (random) => {
    const x = leaf(random, 3);
    return [x.mul(x).sum(), [x], { createGraph: true, retainGraph: true, allowUnused: true }];
  }),
  recipe('autograd', 'torch.gradOrNull', torch.gradOrNull as AnyFunction, (random) => {
    const x = leaf(random, 3);
    return [x.mul(x).sum(), [x, leaf(random, 2)]];
  }),
  recipe(
    'autograd',
    'torch.valueAndGrad',
    (fn: never, options: never, ...args: never[]) =>
      (torch.valueAndGrad as AnyFunction as (...a: unknown[]) => AnyFunction)(fn, options)(...args),
    (random) => [some(random), {}, leaf(random, 3)],
  ),
  recipe(
    'autograd',
    'torch.vmap',
    (fn: never, options: never, ...args: never[]) =>
      (torch.vmap as AnyFunction as (...a: unknown[]) => AnyFunction)(fn, options)(...args),
    (random) => [
      some(random),
      random.pick([{}, { inDims: 0 }, { outDims: 0, randomness: 'different' }]),
      leaf(random, 3, 2),
    ],
  ),
  ofFunction('jacobian', [3]),
  ofFunction('hessian', [3]),
  recipe('autograd', 'torch.vjp', torch.vjp as AnyFunction, (random) => [
    some(random),
    leaf(random, 3),
    torch.ones([]),
  ]),
  recipe('autograd', 'torch.jvp', torch.jvp as AnyFunction, (random) => [
    some(random),
    leaf(random, 3),
    torch.ones([3], { dtype: 'float64' }),
  ]),
  recipe('autograd', 'torch.hvp', torch.hvp as AnyFunction, (random) => [
    some(random),
    leaf(random, 3),
    torch.ones([3], { dtype: 'float64' }),
  ]),
  ofFunction('gradcheck', [3]),
  ofFunction('gradgradcheck', [2]),
  ofFunction('checkpoint', [3]),
  recipe('autograd', 'torch.noGrad', torch.noGrad as AnyFunction, (random) => [
    () => leaf(random, 2),
  ]),
  recipe('autograd', 'torch.enableGrad', torch.enableGrad as AnyFunction, (random) => [
    () => leaf(random, 2),
  ]),
  recipe('autograd', 'torch.inferenceMode', torch.inferenceMode as AnyFunction, (random) => [
    () => leaf(random, 2),
  ]),
  recipe('autograd', 'torch.isGradEnabled', torch.isGradEnabled, () => []),
];

export const TREES: readonly Recipe[] = [
  recipe('trees', 'mapTree', mapTree as AnyFunction, (random) => [
    ([x]: Tensor[]) => x?.mul(2),
    tree(random),
    tree(random),
  ]),
  recipe('trees', 'flattenTree', flattenTree, (random) => [tree(random)]),
  recipe('trees', 'unflattenTree', unflattenTree as AnyFunction, (random) => [
    { a: leaf(random), 'b.0': leaf(random) },
    { a: leaf(random), b: [leaf(random)] },
  ]),
  recipe('trees', 'leaves', leaves, (random) => [tree(random)]),
  recipe('trees', 'disposeTree', disposeTree, (random) => [tree(random), tree(random)]),
  recipe('trees', 'isTensor', isTensor, (random) => [leaf(random)]),
];
