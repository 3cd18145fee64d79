import { torch } from '../../lib/torch';
import { describeOnGpu } from '../helpers/cuda';

describeOnGpu('graphs', () => {
  test('replay works on what the inputs hold by then', () => {
    const x = torch.ones([4], { device: 'cuda' });
    const step = torch.cuda.graph(() => x.mul(2).add(1));
    x.copy_(torch.tensor([1, 2, 3, 4]));
    expect(step.replay().tolist()).toEqual([3, 5, 7, 9]);
    x.fill_(0);
    expect(step.replay().tolist()).toEqual([1, 1, 1, 1]);
    step.dispose();
    expect(() => step.replay()).toThrow(expect.objectContaining({ code: 'ERR_TORCH_DISPOSED' }));
  });

  test('a whole training step, with its gradient', () => {
    const w = torch.tensor([0], { device: 'cuda', requiresGrad: true });
    const step = torch.cuda.graph(
      () => {
        const loss = w.sub(3).square().sum();
        const gradient = torch.grad(loss, w);
        torch.noGrad(() => w.sub_(gradient.mul(0.1)));
        return { loss };
      },
      { warmup: 1 },
    );
    torch.noGrad(() => w.fill_(0));
    for (let i = 0; i < 50; i++) step.replay();
    expect(w.item()).toBeCloseTo(3 * (1 - 0.8 ** 50), 4);
  });

  test('a failure inside leaves the stream as it was', () => {
    const x = torch.ones([2], { device: 'cuda' });
    expect(() => torch.cuda.graph(() => x.item(), { warmup: 0 })).toThrow();
    expect(x.add(1).tolist()).toEqual([2, 2]);
  });
});
