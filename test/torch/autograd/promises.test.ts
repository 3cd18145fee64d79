import { nextTurn } from '../../../lib/next-turn';
import { type Tensor, torch } from '../../../lib/torch';

const leaf = () => torch.tensor([1, 2], { requiresGrad: true });
const refused = 'Expected a synchronous function';

class Double extends torch.autograd.Function {
  static forward(x: Tensor) {
    return x.mul(2);
  }
  static async setupContext() {
    throw new Error('later');
  }
  static backward(_: unknown, gradient: Tensor) {
    return gradient.mul(2);
  }
}

const late = async (): Promise<never> => {
  throw new Error('later');
};

const places: [string, () => unknown][] = [
  ['setupContext', () => Double.apply(leaf())],
  [
    'a hook',
    () => {
      const x = leaf();
      x.registerHook(late);
      return torch.grad(x.sum(), x);
    },
  ],
  [
    'a hook after accumulation',
    () => {
      const x = leaf();
      x.registerPostAccumulateGradHook(late);
      x.sum().backward();
    },
  ],
  [
    'a hook of an operator',
    () => {
      const x = leaf();
      const y = x.mul(2);
      y.gradFn?.registerHook(late);
      return torch.grad(y.sum(), x);
    },
  ],
  [
    'unpack',
    () => {
      const x = leaf();
      const y = torch.autograd.savedTensorsHooks(
        (t) => t,
        late as never,
        () => x.mul(x),
      );
      return torch.grad(y.sum(), x);
    },
  ],
  ['func.grad', () => torch.func.grad(late as never)(leaf())],
  ['func.jacrev', () => torch.func.jacrev(late as never)(leaf())],
  ['jvp', () => torch.jvp(late as never, leaf(), torch.ones([2]))],
  ['hessian', () => torch.hessian(late as never, leaf())],
  [
    'checkpoint under noGrad',
    () => torch.noGrad(() => void torch.checkpoint(late as never, leaf())),
  ],
  ['vmap', () => torch.vmap(late as never)(leaf())],
  ['scope', () => torch.scope(late)],
];

test.each(places)('%s refuses a promise, whose rejection is nobody’s', async (_, run) => {
  const rejections: unknown[] = [];
  const note = (error: unknown): number => rejections.push(error);
  process.on('unhandledRejection', note);
  try {
    expect(run).toThrow(refused);
    // Rejections that nobody handles are told after the microtasks of this turn.
    await nextTurn();
    expect(rejections).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});
