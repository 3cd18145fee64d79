import { torch } from '../../lib/torch';
import { describeOnGpu } from '../helpers/cuda';

describeOnGpu('devices', () => {
  test('names and counts', () => {
    expect(torch.cuda.deviceCount()).toBeGreaterThan(0);
    expect(torch.cuda.deviceName(0).length).toBeGreaterThan(0);
    expect(torch.device('cuda:0')).toBe('cuda:0');
    expect(() => torch.zeros([1], { device: 'cuda:99' })).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_DEVICE' }),
    );
  });

  test('tensors go there and back', () => {
    const x = torch.tensor([1, 2, 3]).to('cuda');
    expect(x.device).toBe('cuda:0');
    expect(x.mul(x).tolist()).toEqual([1, 4, 9]);
    expect(torch.ones([2], { device: 'cuda' }).to('cpu').device).toBe('cpu');
  });

  test('indexing with positions and masks on either device', () => {
    const x = torch.arange(6, { device: 'cuda', dtype: 'float32' }).reshape([2, 3]);
    expect(x.index([[1, 0], torch.slice(1)]).tolist()).toEqual([
      [4, 5],
      [1, 2],
    ]);
    expect(x.index(x.gt(3)).tolist()).toEqual([4, 5]);
    expect(x.indexPut([0], -1).tolist()).toEqual([
      [-1, -1, -1],
      [3, 4, 5],
    ]);
  });

  test('memory is counted, and given back', () => {
    const before = torch.cuda.memoryStats().allocatedBytes.current;
    const x = torch.zeros([1 << 20], { device: 'cuda' });
    const during = torch.cuda.memoryStats();
    expect(during.allocatedBytes.current - before).toBe(4 << 20);
    x.dispose();
    expect(torch.cuda.memoryStats().allocatedBytes.current).toBe(before);
    torch.cuda.emptyCache();
    torch.cuda.resetPeakMemoryStats();
    expect(torch.cuda.memoryStats().allocatedBytes.peak).toBe(before);
  });

  test('pinned memory and copies that nobody waits for', () => {
    const source = torch.arange(1 << 16, { dtype: 'float32' }).pinMemory();
    expect(source.isPinned()).toBe(true);
    const there = source.to('cuda', { nonBlocking: true });
    torch.cuda.synchronize();
    expect(there.sum().item()).toBe(((1 << 16) * ((1 << 16) - 1)) / 2);
  });
});
