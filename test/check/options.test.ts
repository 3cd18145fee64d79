import { runInNewContext } from 'node:vm';
import { checkOptions } from '../../lib/check';
import { type Tensor, torch } from '../../lib/torch';

class Options {
  a = 1;
}

test.each<[string, unknown]>([
  ['a Proxy', new Proxy({}, {})],
  ['a Proxy that answers everything', new Proxy({}, { get: () => true })],
  ['an instance', new Options()],
  ['a Map', new Map([['a', 1]])],
  ['a Date', new Date()],
  ['an array', []],
  ['a tensor', torch.ones([1])],
  ['an object with inherited options', Object.create({ a: 1 })],
  ['such an object without Object', Object.create(Object.create(null, { a: { value: 1 } }))],
  ['null', null],
  ['a function', () => 1],
])('%s is refused', (_, options) => {
  const check = () => checkOptions(options, ['a'], 'op');
  expect(check).toThrow(/^Expected an? (?:plain )?object for the options of op but received/);
  expect(check).toThrow(TypeError);
});

test.each<[string, unknown]>([
  ['a literal', { a: 1 }],
  ['one of another realm', runInNewContext('({ a: 1 })')],
  ['one without a prototype', Object.assign(Object.create(null), { a: 1 })],
])('%s is taken', (_, options) => {
  expect(() => checkOptions(options, ['a'], 'op')).not.toThrow();
  expect(() => checkOptions(options, ['b'], 'op')).toThrow('op: Unknown option a; expected b');
});

describe('every function with options refuses what is none', () => {
  const x = torch.ones([2, 2], { requiresGrad: true });
  const calls: [string, (options: never) => unknown][] = [
    ['tensor', (o) => torch.tensor([1], o)],
    ['full', (o) => torch.full([1], 1, o)],
    ['ones', (o) => torch.ones([1], o)],
    ['to', (o) => x.to('float64', o)],
    ['share', (o) => x.share(o)],
    ['backward', (o) => x.sum().backward(undefined, o)],
    ['indexPut', (o) => x.indexPut(0, 1, o)],
    ['grad', (o) => torch.grad(x.sum(), x, o)],
    ['vjp', (o) => torch.vjp((y: Tensor) => y, x, x, o)],
    ['gradcheck', (o) => torch.gradcheck((y: Tensor) => y, x, o)],
    ['gradgradcheck', (o) => torch.gradgradcheck((y: Tensor) => y, x, o)],
    ['attention', (o) => torch.attention(x, x, x, o)],
    ['autocast', (o) => torch.autocast('cpu', 'bfloat16', () => 1, o)],
    ['Stream', (o) => new torch.cuda.Stream(o)],
    ['Event', (o) => new torch.cuda.Event(o)],
    ['graph', (o) => torch.cuda.graph(() => 1, o)],
  ];
  test.each(calls)('%s', (_, call) => {
    for (const options of [new Map(), new Proxy({}, {}), 'x', null, { unknwon: 1 }]) {
      expect(() => call(options as never)).toThrow(
        expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }),
      );
    }
  });
});
