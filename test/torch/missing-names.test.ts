import assert from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';
import { ArgumentTypeError } from '../../lib/errors';
import { tensorsAreEqual } from '../../lib/testing';
import { Tensor, torch } from '../../lib/torch';

expect.addEqualityTesters([tensorsAreEqual]);

const x = torch.tensor([1, 2]);

/** Calls a name as JavaScript does, which knows no types. */
const call = (on: object, name: string) => (): unknown => Reflect.get(on, name).call(on, x);

describe('what is missing says what was meant, and where it is', () => {
  test.each<readonly [string, object, string, string]>([
    ['a slip', x, 'tranpose', 'tensor has no tranpose; did you mean tensor.transpose?'],
    ["Python's spelling", x, 'log_softmax', 'did you mean tensor.logSoftmax?'],
    ['small letters', x, 'logsoftmax', 'did you mean tensor.logSoftmax?'],
    ['a function, no method', x, 'inv', 'tensor has no inv; did you mean torch.linalg.inv?'],
    ['a former name', torch, 'linalgInv', 'torch has no linalgInv; did you mean torch.linalg.inv?'],
    ['another module', torch, 'eigh', 'torch has no eigh; did you mean torch.linalg.eigh?'],
    ['a method, no function', torch, 'retainGrad', 'did you mean tensor.retainGrad?'],
    ['a name of Python', torch, 'no_grad', 'torch has no no_grad; did you mean torch.noGrad?'],
    [
      'a name of torch',
      torch.linalg,
      'softmax',
      'torch.linalg has no softmax; did you mean tensor.',
    ],
    ['a slip in a namespace', torch.linalg, 'choleski', 'did you mean torch.linalg.cholesky?'],
    ['what is done otherwise', x, 'numpy', 'did you mean tensor.data() or tensor.tolist()?'],
    [
      'an export',
      torch,
      'isTensor',
      'torch has no isTensor; did you mean isTensor(value), an export',
    ],
    ['another name', torch.func, 'gradAndValue', 'did you mean torch.func.valueAndGrad?'],
    ['files', torch, 'save', 'torch has no save; did you mean writeSafetensors?'],
  ])('%s', (_, on, name, message) => {
    expect(call(on, name)).toThrow(ArgumentTypeError);
    expect(call(on, name)).toThrow(message);
  });

  test('properties at once, read or written, since nobody calls them', () => {
    const read = () => Reflect.get(x, 'requires_grad') as unknown;
    expect(read).toThrow('tensor has no requires_grad; did you mean tensor.requiresGrad?');
    expect(() => Reflect.set(x, 'requires_grad', true)).toThrow(ArgumentTypeError);
    expect(() => Reflect.get(x, 'shpae') as unknown).not.toThrow();
    expect(() => Reflect.get(x, 'strids') as unknown).toThrow('tensor.strides');
  });

  test('a name near to none is undefined, as for any object', () => {
    for (const on of [x, torch, torch.linalg])
      expect(Reflect.get(on, 'frobnicate')).toBeUndefined();
    expect(call(torch, 'frobnicate')).toThrow(TypeError);
  });
});

describe('what programs ask any object for is as it was', () => {
  const asked = [
    'then',
    'length',
    'map',
    'value',
    'type',
    'nodeType',
    'asymmetricMatch',
    'inspect',
  ];
  test.each([...asked, '$$typeof', '@@__IMMUTABLE_ITERABLE__@@', '_isMockFunction', 're'])(
    '%s',
    (name) => {
      for (const on of [x, torch, torch.fft]) expect(Reflect.get(on, name)).toBeUndefined();
    },
  );

  test('to await a tensor gives it', async () => {
    expect(await x).toBe(x);
    expect(await torch).toBe(torch);
  });

  test('`in`, own names, symbols and spreads', () => {
    expect('tranpose' in x).toBe(false);
    expect('transpose' in x).toBe(true);
    expect('linalgInv' in torch).toBe(false);
    expect(Object.keys(x)).toEqual(Object.keys(torch.ones([1])));
    expect(Reflect.get(x, Symbol('tranpose'))).toBeUndefined();
    expect(Object.keys({ ...torch })).toContain('exp');
    expect(Reflect.get({ ...torch }, 'linalgInv')).toBeUndefined();
    expect([...x].map((one) => one.item())).toEqual([1, 2]);
    expect([x].concat([x])).toHaveLength(2);
  });

  test('classes and the methods of every object', () => {
    expect(x).toBeInstanceOf(Tensor);
    expect(Object(x) instanceof Object).toBe(true);
    expect(Object.prototype.isPrototypeOf.call(Tensor.prototype, x)).toBe(true);
    expect(x.constructor).toBe(Tensor);
    expect(Object.hasOwn(x, 'tranpose')).toBe(false);
    expect(`${x.hasOwnProperty.name}`).toBe('hasOwnProperty');
  });

  test('printing, JSON and equality', () => {
    expect(inspect(x)).toBe('tensor([1., 2.])');
    expect(inspect(torch.linalg)).toContain('inv');
    expect(() => JSON.stringify(x)).toThrow(/JSON of a tensor/);
    expect(JSON.stringify({ ...torch.special })).toBe('{}');
    expect(isDeepStrictEqual(x, torch.tensor([1, 2]))).toBe(true);
    assert.deepStrictEqual(x, torch.tensor([1, 2]));
    expect({ x }).toEqual({ x });
  });

  test('names that are not there may be set and deleted', () => {
    const y = torch.ones([1]);
    expect(Reflect.set(y, 'label', 'mine')).toBe(true);
    expect(Reflect.get(y, 'label')).toBe('mine');
    expect(Reflect.deleteProperty(y, 'label')).toBe(true);
    expect(Reflect.get(y, 'label')).toBeUndefined();
  });
});

test.each<[object, string, string]>([
  [torch, 'nn', 'torch has no nn; did you mean nn, an export of this package?'],
  [torch, 'utils', 'did you mean torch.checkpoint(fn, ...inputs)'],
  [torch.autograd, 'functional', 'did you mean torch.jacobian, torch.hessian'],
])('reading a module of PyTorch says where its functions are: %#', (door, name, message) => {
  expect(() => Reflect.get(door, name)).toThrow(message);
  expect(name in door).toBe(false);
});
