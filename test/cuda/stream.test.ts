import { torch } from '../../lib/torch';
import { describeOnGpu } from '../helpers/cuda';

describeOnGpu('streams and events', () => {
  test('a stream is current inside, and the one before afterwards', () => {
    const before = torch.cuda.currentStream();
    const stream = new torch.cuda.Stream();
    torch.cuda.stream(() => {
      expect(torch.cuda.currentStream().equals(stream)).toBe(true);
    }, stream);
    expect(torch.cuda.currentStream().equals(before)).toBe(true);
    expect(() =>
      torch.cuda.stream(() => {
        throw new Error('mine');
      }, stream),
    ).toThrow('mine');
    expect(torch.cuda.currentStream().equals(before)).toBe(true);
  });

  test('work on another stream is waited for', () => {
    const x = torch.ones([1024, 1024], { device: 'cuda' });
    const stream = new torch.cuda.Stream();
    stream.waitStream(torch.cuda.currentStream());
    const y = torch.cuda.stream(() => x.matmul(x), stream);
    stream.recordTensor(x);
    torch.cuda.currentStream().waitStream(stream);
    expect(y.index([0, 0]).item()).toBe(1024);
    stream.synchronize();
    expect(stream.query()).toBe(true);
  });

  test('events take the time', () => {
    const start = new torch.cuda.Event({ enableTiming: true });
    const end = new torch.cuda.Event({ enableTiming: true });
    const x = torch.randn([2048, 2048], { device: 'cuda' });
    start.record();
    torch.scope(() => void x.matmul(x));
    end.record();
    end.synchronize();
    expect(start.query()).toBe(true);
    expect(start.elapsedTime(end)).toBeGreaterThan(0);
    expect(() => start.elapsedTime(new torch.cuda.Event())).toThrow('enableTiming');
    start.dispose();
    start.dispose();
    expect(() => start.record()).toThrow();
  });
});
