import { MessageChannel } from 'node:worker_threads';
import { isTensor, Tensor, torch } from '../../lib/torch';
import { handleOf } from '../../lib/torch/handle';

const x = torch.tensor([1, 2]);
const argument = expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' });

test.each<[string, unknown]>([
  ['an object with a handle', { handle: handleOf(x) }],
  ['an object with the prototype', Object.create(Tensor.prototype)],
  ['one made from a tensor', Object.create(x)],
  ['a copy of its properties', { ...x }],
  ['a Proxy of one', new Proxy(x, {})],
  ['a number', handleOf(x)],
])('%s is no tensor', (_, forged) => {
  expect(isTensor(forged)).toBe(false);
  expect(() => torch.cat([forged as Tensor])).toThrow(argument);
  expect(() => x.matmul(forged as Tensor)).toThrow(argument);
  expect(() => Reflect.apply(Tensor.prototype.item, forged, [])).toThrow(argument);
});

test.each([Number.NaN, 'x', 0, -1, 2 ** 32])('nobody else makes tensors: %p', (handle) => {
  const before = torch.memory().tensors;
  expect(() => Reflect.construct(Tensor, [handle])).toThrow(argument);
  expect(torch.memory().tensors).toBe(before);
});

test('a frozen tensor is used, kept and freed as any other', () => {
  const before = torch.memory().tensors;
  const kept = torch.scope(() => {
    Object.freeze(torch.ones([2]));
    return Object.freeze(torch.ones([2]));
  });
  expect(kept.add(1).tolist()).toEqual([2, 2]);
  kept.dispose();
  expect(kept.isDisposed).toBe(true);
  expect(torch.memory().tensors).toBeLessThanOrEqual(before + 1);
});

test('what would copy a tensor as a plain object says what to do', () => {
  expect(() => structuredClone({ x })).toThrow(/share\(\)/);
  const { port1, port2 } = new MessageChannel();
  expect(() => port1.postMessage([x])).toThrow(/share\(\)/);
  port1.close();
  port2.close();
  expect(() => JSON.stringify({ x })).toThrow(argument);
  expect(() => JSON.stringify({ x })).toThrow('tolist()');
  expect(JSON.stringify(x.tolist())).toBe('[1,2]');
});
