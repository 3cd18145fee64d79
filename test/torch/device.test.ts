import { torch } from '../../lib/torch';

const noDevice = expect.objectContaining({ name: 'TorchError', code: 'ERR_TORCH_DEVICE' });

describe('device', () => {
  test.each(['cpu', 'meta', 'cpu:0'])('%s is there', (name) => {
    expect(torch.device(name)).toBe(name);
  });

  test.each(['', 'gpu', 'cuda:', 'cuda:-1', 'cuda:a', 'CPU', 7])('%p is no device', (name) => {
    expect(() => torch.device(name as string)).toThrow(
      "Expected a device such as 'cpu' or 'cuda:0' for name but received",
    );
  });

  test('one beyond those that there are is refused wherever a device is taken', () => {
    const name = `cuda:${torch.cuda.deviceCount()}`;
    const x = torch.ones([2]);
    const before = torch.memory().tensors;
    expect(() => torch.device(name)).toThrow(noDevice);
    expect(() => torch.zeros([2], { device: name })).toThrow(noDevice);
    expect(() => torch.generator(1, name)).toThrow(noDevice);
    expect(() => x.to(name)).toThrow(noDevice);
    expect(() => x.to({ device: name, dtype: 'float64' })).toThrow(noDevice);
    expect(() => new torch.cuda.Stream({ device: name })).toThrow(noDevice);
    expect(() => torch.full([2], 1, { device: name })).toThrow(noDevice);
    expect(torch.memory().tensors).toBe(before);
  });
});

test('threads', () => {
  const before = torch.getNumThreads();
  torch.setNumThreads(1);
  expect(torch.getNumThreads()).toBe(1);
  torch.setNumThreads(before);
  expect(() => torch.setNumThreads(0)).toThrow('Expected a positive integer for count');
  expect(() => torch.setNumThreads(1e9)).toThrow('Expected at most 1024 for count');
});
