import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Tensor, torch } from '../../../lib/torch';

afterEach(() => torch.setDefaultDevice('cpu'));

const onCpu = torch.zeros([1]);

/** What Python's torch 2.13 makes on the default device. */
const MADE: Record<string, () => Tensor> = {
  zeros: () => torch.zeros([1]),
  tensor: () => torch.tensor([1]),
  array: () => torch.tensor(new Float32Array(2)),
  moved: () => torch.tensor(onCpu),
  asTensor: () => torch.asTensor(onCpu),
  full: () => torch.full([1], 2),
  frequencies: () => torch.fft.fftfreq(3),
  window: () => torch.hannWindow(3),
  logspace: () => torch.logspace(0, 1, 3),
  eye: () => torch.eye(2),
  scalar: () => torch.scalarTensor(2),
  byName: () => torch.ops.aten?.ones?.([2]) as Tensor,
};

/** And what follows the tensor that it is given, or its options. */
const KEPT: Record<string, () => Tensor> = {
  like: () => torch.zerosLike(onCpu),
  new: () => onCpu.newZeros([2]),
  sum: () => onCpu.add(1),
  own: () => torch.zeros([1], { device: 'cpu' }),
  given: () => torch.tensor([1], { device: 'cpu' }),
};

test('is where tensors are made that have no other reason to be elsewhere', () => {
  const devices = (made: Record<string, () => Tensor>) =>
    Object.entries(made).map(([name, make]) => [name, make().device]);
  const all = (made: object, device: string) => Object.keys(made).map((name) => [name, device]);
  expect(devices(MADE)).toEqual(all(MADE, 'cpu'));
  torch.setDefaultDevice('meta');
  expect(torch.getDefaultDevice()).toBe('meta');
  expect(devices(MADE)).toEqual(all(MADE, 'meta'));
  expect(devices(KEPT)).toEqual(all(KEPT, 'cpu'));
});

test('holds while a function runs, and scopes do not change it', () => {
  expect(torch.setDefaultDevice('meta', () => torch.zeros([1]).device)).toBe('meta');
  expect(torch.getDefaultDevice()).toBe('cpu');
  expect(() => torch.setDefaultDevice('meta', async () => 1)).toThrow('returned a promise');
  torch.scope(() => torch.setDefaultDevice('meta'));
  expect(torch.getDefaultDevice()).toBe('meta');
});

test('memory that is shared stays where it is', () => {
  torch.setDefaultDevice('meta');
  const shared = torch.tensor(new Float32Array([5]), { share: true });
  expect([shared.device, shared.item()]).toEqual(['cpu', 5]);
});

test('refuses what is no device, and one that is not there', () => {
  for (const wrong of ['gpu', '', null, undefined, 0]) {
    expect(() => torch.setDefaultDevice(wrong as never)).toThrow(/^Expected a device such as/);
  }
  expect(() => torch.setDefaultDevice('cuda:63')).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_DEVICE' }),
  );
  expect(torch.getDefaultDevice()).toBe('cpu');
});

test('is of its thread', async () => {
  torch.setDefaultDevice('meta');
  const code = `
    const { parentPort } = require('node:worker_threads');
    const { torch } = require(${JSON.stringify(path.resolve('dist/torch'))});
    parentPort.postMessage(torch.zeros([1]).device + torch.isGradEnabled());
  `;
  const worker = new Worker(code, { eval: true });
  const device = await new Promise((resolve) => worker.once('message', resolve));
  expect(device).toBe('cputrue');
  await worker.terminate();
});

test('a tensor goes where the option says', () => {
  expect(torch.tensor(torch.zeros([1], { device: 'meta' })).device).toBe('meta');
  expect(torch.tensor(onCpu, { device: 'meta' }).device).toBe('meta');
});
