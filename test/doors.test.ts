import { nn, optim, torch } from '../lib';
import { ArgumentTypeError } from '../lib/errors';

const use = (door: object, name: string) => (): unknown => {
  const found: unknown = Reflect.get(door, name);
  return /^[A-Z]/.test(name)
    ? Reflect.construct(found as never, [])
    : Reflect.apply(found as never, undefined, []);
};

test.each<[string, object, string, string]>([
  ['a class of a layer', nn, 'Linear', 'nn has no Linear; did you mean nn.linear?'],
  ['a class of a function', nn, 'Conv2d', 'did you mean nn.functional.conv2d?'],
  ['a loss', nn, 'MSELoss', 'did you mean nn.functional.mseLoss?'],
  ['a loss of another name', nn, 'CrossEntropyLoss', 'did you mean nn.functional.crossEntropy?'],
  ['parameters', nn, 'Parameter', 'did you mean torch.tensor(values, { requiresGrad: true })?'],
  ["Python's spelling", nn.functional, 'cross_entropy', 'did you mean nn.functional.crossEntropy?'],
  ['a slip', nn.functional, 'conv2D', 'did you mean nn.functional.conv2d?'],
  ['an optimizer', optim, 'AdamW', 'optim has no AdamW; did you mean optim.adamW?'],
  ['another one', optim, 'SGD', 'optim has no SGD; did you mean optim.sgd?'],
])('%s says what stands for it', (_, door, name, message) => {
  expect(use(door, name)).toThrow(ArgumentTypeError);
  expect(use(door, name)).toThrow(message);
  expect(name in door).toBe(false);
});

test('so does a class that extends one', () => {
  class Model extends (Reflect.get(nn, 'Module') as typeof Object) {}
  expect(() => new Model()).toThrow('nn has no Module; did you mean a layer of your own');
});

test.each<[object, string, string]>([
  [nn, 'init', 'did you mean nn.xavierUniform'],
  [nn, 'utils', 'did you mean optim.clipByGlobalNorm'],
  [optim, 'lr_scheduler', 'did you mean optim.cosineDecay'],
  [torch, 'float32', "torch has no float32; did you mean 'float32'?"],
  [torch, 'long', "torch has no long; did you mean 'int64'?"],
  [torch, 'inf', 'torch has no inf; did you mean Infinity?'],
  [torch, 'distributions', 'did you mean torch.normal'],
])('modules and constants say so where they are read: %#', (door, name, message) => {
  expect(() => Reflect.get(door, name)).toThrow(message);
});

test('names that are near to none are undefined, and a promise is none', async () => {
  for (const door of [nn, optim]) {
    expect(Reflect.get(door, 'frobnicate')).toBeUndefined();
    expect(Reflect.get(door, 'then')).toBeUndefined();
    expect(await door).toBe(door);
  }
});
