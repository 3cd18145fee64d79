import { torch } from '../../../lib/torch/index';

const isAvailable = torch.cuda.isAvailable();
const describeWithout = isAvailable ? describe.skip : describe;

test('counts devices', () => {
  expect(torch.cuda.deviceCount() > 0).toBe(isAvailable);
  expect(() => torch.cuda.deviceName(-1)).toThrow("Expected a device's index for index");
  expect(() => torch.cuda.memoryStats(0.5)).toThrow("Expected a device's index for index");
});

describeWithout('without a GPU', () => {
  test.each<[string, () => unknown]>([
    ['deviceName', () => torch.cuda.deviceName()],
    ['synchronize', () => torch.cuda.synchronize()],
    ['emptyCache', () => torch.cuda.emptyCache()],
    ['memoryStats', () => torch.cuda.memoryStats()],
    ['resetPeakMemoryStats', () => torch.cuda.resetPeakMemoryStats()],
    ['stream', () => torch.cuda.stream(() => 1)],
    ['currentStream', () => torch.cuda.currentStream()],
    ['Stream', () => new torch.cuda.Stream()],
    ['Event', () => new torch.cuda.Event({ enableTiming: true })],
    ['graph', () => torch.cuda.graph(() => 1)],
    ['to', () => torch.ones([1]).to('cuda')],
  ])('%s says what is missing and what to do', (_, run) => {
    expect(run).toThrow(expect.objectContaining({ code: 'ERR_TORCH_DEVICE' }));
    expect(run).toThrow(
      /Device 'cuda(:0)?' is not there: .*(metatorch libtorch install --cuda|nvidia-smi)/,
    );
  });

  test('no memory is pinned', () => {
    expect(torch.ones([1]).isPinned()).toBe(false);
    expect(() => torch.ones([1]).pinMemory()).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_DEVICE' }),
    );
  });
});

test('graph wants a count of warm-ups', () => {
  expect(() => torch.cuda.graph(() => 1, { warmup: -1 })).toThrow('for warmup but received');
});

test('streams are of CUDA', () => {
  expect(() => new torch.cuda.Stream({ device: 'cpu' })).toThrow(
    "Expected a device such as 'cuda:0'",
  );
  expect(() => new torch.cuda.Event({ device: 'cuda:x' })).toThrow('for device but received');
});
