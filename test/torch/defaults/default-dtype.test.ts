import path from 'node:path';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { nn } from '../../../lib';
import { type Dtype, torch } from '../../../lib/torch';
import { untilAlone } from '../../helpers/processes/alone';

beforeAll(() => untilAlone());
afterEach(() => torch.setDefaultDtype('float32'));

/** What Python's torch 2.13 gives for the same calls, whatever the default is. */
const FACTS: Record<string, () => Dtype> = {
  tensor: () => torch.tensor([1.5]).dtype,
  full: () => torch.full([1], 0.5).dtype,
  zeros: () => torch.zeros([1]).dtype,
  arange: () => torch.arange(0, 1, 0.5).dtype,
  quotient: () => torch.tensor([1n]).div(torch.tensor([2n])).dtype,
  result: () => torch.resultType(torch.tensor([1n]), 0.5),
  sine: () => torch.tensor([1n]).sin().dtype,
  linspace: () => torch.linspace(0, 1, 3).dtype,
  rand: () => torch.rand([1]).dtype,
  frequencies: () => torch.fft.fftfreq(3).dtype,
  finfo: () => torch.finfo().dtype,
  layer: () => nn.linear({ inFeatures: 2, outFeatures: 1 }).init(torch.generator(1)).weight.dtype,
};

test.each(['float64', 'float16', 'bfloat16', 'float32'] as const)(
  '%s is what numbers have where no dtype is given',
  (dtype) => {
    torch.setDefaultDtype(dtype);
    expect(torch.getDefaultDtype()).toBe(dtype);
    const found = Object.entries(FACTS).map(([name, fact]) => [name, fact()]);
    expect(found).toEqual(Object.keys(FACTS).map((name) => [name, dtype]));
    expect(torch.arange(3).dtype).toBe('int64');
    expect(torch.tensor([true]).dtype).toBe('bool');
  },
);

test('complex numbers have parts of that dtype', () => {
  const complex = () => [torch.tensor([{ re: 0, im: 1 }]), torch.full([1], { re: 0, im: 1 })];
  const dtypes = () => complex().map(({ dtype }) => dtype);
  expect(dtypes()).toEqual(['complex64', 'complex64']);
  torch.setDefaultDtype('float64');
  expect(dtypes()).toEqual(['complex128', 'complex128']);
});

test('numbers keep all their digits', () => {
  torch.setDefaultDtype('float64');
  expect(torch.tensor([0.1]).item()).toBe(0.1);
  expect(torch.full([1], 0.1).item()).toBe(0.1);
});

test('what is printed names other dtypes, as in PyTorch', () => {
  torch.setDefaultDtype('float64');
  expect(inspect(torch.tensor([1.5]))).toBe('tensor([1.5000])');
  const single = torch.tensor([1.5], { dtype: 'float32' });
  expect(inspect(single)).toBe('tensor([1.5000], dtype=torch.float32)');
});

test('holds while a function runs, and is restored after an error', () => {
  const inside = torch.setDefaultDtype('float64', () => torch.zeros([1]).dtype);
  expect([inside, torch.getDefaultDtype()]).toEqual(['float64', 'float32']);
  expect(() =>
    torch.setDefaultDtype('float64', () => {
      throw new Error('mine');
    }),
  ).toThrow('mine');
  expect(() => torch.setDefaultDtype('float64', async () => 1)).toThrow('returned a promise');
  expect(torch.getDefaultDtype()).toBe('float32');
});

test('refuses what numbers cannot have', () => {
  for (const wrong of ['int64', 'complex64', 'float8_e5m2', 'float', undefined, null, 1]) {
    expect(() => torch.setDefaultDtype(wrong as never)).toThrow(
      /^Expected 'float32', 'float64', 'float16' or 'bfloat16' for dtype but received/,
    );
  }
  expect(torch.getDefaultDtype()).toBe('float32');
});

test('is refused while another thread uses torch, and holds for threads that start later', async () => {
  torch.setDefaultDtype('float64');
  const code = `
    const { parentPort } = require('node:worker_threads');
    const { torch } = require(${JSON.stringify(path.resolve('dist/torch'))});
    parentPort.on('message', () => process.exit());
    parentPort.postMessage(torch.zeros([1]).dtype);
  `;
  const worker = new Worker(code, { eval: true });
  try {
    expect(await new Promise((resolve) => worker.once('message', resolve))).toBe('float64');
    const refused = expect.objectContaining({
      code: 'ERR_TORCH_BUSY',
      message: expect.stringContaining('but another thread uses it; call it first, or give dtypes'),
    });
    expect(() => torch.setDefaultDtype('float32')).toThrow(refused);
    expect(() => torch.setDefaultDtype('float32', () => 1)).toThrow(refused);
    torch.setDefaultDtype('float64');
  } finally {
    await worker.terminate();
  }
  torch.setDefaultDtype('float32');
  expect(torch.zeros([1]).dtype).toBe('float32');
});
