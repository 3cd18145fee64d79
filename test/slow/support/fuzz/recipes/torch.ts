import { Tensor, torch } from '../../../../../lib/torch';
import type { Random } from '../random';
import { randomPlan, randomTensor } from '../tensors';
import { type AnyFunction, method, type Recipe, recipe } from './recipe';

const any = (random: Random): Tensor => randomTensor(random, randomPlan(random));

function tensorMethod(name: string, fitting: (random: Random) => readonly unknown[]): Recipe {
  return method(
    'tensor',
    `Tensor.${name}`,
    any as (random: Random) => object,
    name as never,
    fitting,
  );
}

function tensorProperty(name: string): Recipe {
  const read = (value: unknown) => Reflect.get(Object(value), name);
  return recipe(
    'tensor',
    `Tensor.${name}`,
    (tensor: Tensor) => read(tensor),
    (random) => [any(random)],
  );
}

const PROPERTIES =
  'shape strides ndim dtype device layout requiresGrad isLeaf gradFn grad T mT H mH real imag isDisposed'.split(
    ' ',
  );

const INDEX = [0, -1, null, true, [0], [[0], [0]], torch.slice(0, 1), torch.ellipsis, 2n] as const;

const DATA: readonly ((random: Random) => unknown)[] = [
  () => 1,
  () => [1, 2, 3],
  () => [
    [1, 2],
    [3, 4],
  ],
  () => [1n, 2n],
  () => [true, false],
  () => [{ re: 1, im: 2 }],
  () => new Float32Array(6),
  () => new BigInt64Array(4),
  () => [[[]]],
  (random) => any(random),
];

const tensors: readonly Recipe[] = [
  ...PROPERTIES.map(tensorProperty),
  recipe(
    'tensor',
    'Tensor.grad=',
    // Not by an assignment, which writes to whatever else it is given.
    (x: Tensor, gradient: Tensor) => Reflect.set(Tensor.prototype, 'grad', gradient, x),
    (random) => [any(random), any(random)],
  ),
  recipe('tensor', 'torch.tensor', torch.tensor as AnyFunction, (random) => [
    random.pick(DATA)(random),
    random.pick([{}, { dtype: 'float64' }, { dtype: 'int64' }, { shape: [2, 3] }, { share: true }]),
  ]),
  recipe('tensor', 'torch.full', torch.full as AnyFunction, (random) => [
    [2, 3],
    random.pick([1, true, 2n, 0.5]),
    {},
  ]),
  tensorMethod('to', (random) => [
    random.pick(['float32', 'cpu', 'meta', 'complex64', 'int8']),
    {},
  ]),
  tensorMethod('index', (random) => [random.list(1 + random.int(3), () => random.pick(INDEX))]),
  tensorMethod('indexPut', (random) => [random.pick(INDEX), any(random), {}]),
  tensorMethod('indexPut_', (random) => [random.pick(INDEX), 1, { accumulate: true }]),
  tensorMethod('requiresGrad_', () => [true]),
  tensorMethod('backward', (random) => [any(random), { retainGraph: true, createGraph: false }]),
  tensorMethod('retainGrad', () => []),
  tensorMethod('item', () => []),
  tensorMethod('itemBigInt', () => []),
  tensorMethod('data', (random) => (random.chance(0.5) ? [] : [new Float32Array(6)])),
  tensorMethod('tolist', () => []),
  tensorMethod('dispose', () => []),
  tensorMethod('toString', () => []),
  tensorMethod('share', () => [{ uses: 1 }]),
  recipe('tensor', 'torch.fromShared', torch.fromShared as AnyFunction, (random) => [
    any(random).share(),
  ]),
  recipe('tensor', 'torch.releaseShared', torch.releaseShared as AnyFunction, (random) => [
    any(random).share(),
  ]),
  recipe('tensor', 'torch.broadcastShapes', torch.broadcastShapes, () => [[2, 1], [3]]),
  recipe('tensor', 'torch.resultType', torch.resultType, (random) => [any(random), 1]),
  recipe('tensor', 'torch.promoteTypes', torch.promoteTypes, () => ['float32', 'int64']),
  recipe('tensor', 'torch.canCast', torch.canCast, () => ['float32', 'int64']),
  recipe('tensor', 'torch.slice', torch.slice, () => [0, 3, 1]),
  recipe('tensor', 'torch.decodeFloat16', torch.decodeFloat16, () => [new Uint16Array(3)]),
  recipe('tensor', 'torch.encodeFloat16', torch.encodeFloat16, () => [new Float32Array(3)]),
  recipe('tensor', 'torch.decodeBfloat16', torch.decodeBfloat16, () => [new Uint16Array(3)]),
  recipe('tensor', 'torch.encodeBfloat16', torch.encodeBfloat16, () => [new Float32Array(3)]),
];

const one = () => 1;

const surroundings: readonly Recipe[] = [
  recipe('torch', 'torch.memory', torch.memory, () => []),
  recipe('torch', 'torch.memoryStats', torch.memoryStats, () => []),
  recipe('torch', 'torch.resetPeakMemoryStats', torch.resetPeakMemoryStats, () => []),
  recipe('torch', 'torch.setMemoryLimit', torch.setMemoryLimit, () => [2 ** 29]),
  recipe('torch', 'torch.emptyCache', torch.emptyCache, () => []),
  recipe('torch', 'torch.device', torch.device, () => ['cpu']),
  recipe('torch', 'torch.getNumThreads', torch.getNumThreads, () => []),
  recipe('torch', 'torch.setNumThreads', torch.setNumThreads, () => [1]),
  recipe('torch', 'torch.manualSeed', torch.manualSeed, () => [1]),
  recipe('torch', 'torch.generator', torch.generator, () => [1, 'cpu']),
  recipe('torch', 'torch.autocast', torch.autocast as AnyFunction, () => [
    'cpu',
    'bfloat16',
    one,
    {},
  ]),
  recipe('torch', 'torch.isAutocastEnabled', torch.isAutocastEnabled, () => ['cpu']),
  recipe(
    'torch',
    'torch.useDeterministicAlgorithms',
    torch.useDeterministicAlgorithms as AnyFunction,
    () => [true, one],
  ),
  recipe('torch', 'torch.deterministic', torch.deterministic as AnyFunction, () => [one]),
  recipe(
    'torch',
    'torch.areDeterministicAlgorithmsEnabled',
    torch.areDeterministicAlgorithmsEnabled,
    () => [],
  ),
  recipe(
    'torch',
    'torch.setFloat32MatmulPrecision',
    torch.setFloat32MatmulPrecision as AnyFunction,
    () => ['high', one],
  ),
  recipe('torch', 'torch.getFloat32MatmulPrecision', torch.getFloat32MatmulPrecision, () => []),
  recipe('torch', 'torch.leaks', torch.leaks as AnyFunction, () => [() => torch.ones([2])]),
  recipe('torch', 'torch.assertNoLeaks', torch.assertNoLeaks as AnyFunction, () => [one]),
  recipe('torch', 'torch.scope', torch.scope as AnyFunction, (random) => [() => [any(random)]]),
  ...Object.keys(torch.cuda).map((name) => {
    const value: unknown = Reflect.get(torch.cuda, name);
    const isClass = typeof value === 'function' && /^class /.test(String(value));
    const made = (...args: unknown[]) => Reflect.construct(value as new () => object, args);
    const plain = typeof value === 'function' ? (value as AnyFunction) : () => value;
    const call = isClass ? made : plain;
    return recipe('torch', `torch.cuda.${name}`, call, () => ['cuda:0']);
  }),
  method(
    'torch',
    'Generator.fork',
    () => torch.generator(1),
    'fork',
    () => [],
  ),
  ...Object.getOwnPropertyNames(Object.getPrototypeOf(torch.generator(1)))
    .filter((name) => name !== 'constructor')
    .map((name) =>
      recipe(
        'torch',
        `Generator.${name}`,
        (...args: unknown[]) => {
          const source = torch.generator(1);
          const member: unknown = Reflect.get(source, name);
          return typeof member === 'function' ? Reflect.apply(member, source, args) : member;
        },
        () => [1],
      ),
    ),
];

export const TORCH: readonly Recipe[] = [...tensors, ...surroundings];
