import { type FunctionContext, type Tensor, torch } from '../../../lib/torch';
import { numbers } from '../../helpers/numbers';

/** Makes tensors in steps and lets go of them; a step tells how many it made. */
export type MemoryCase = {
  /** How many tensors are to be made unless the caller says otherwise. */
  readonly count: number;
  step(): number;
  /** Whether tensors are left to the garbage collector, which needs the event loop to turn. */
  readonly turns: boolean;
  /** Lets go of what all steps share. */
  close(): void;
};

const MANY = 10_000_000;
const PER_STEP = 200;
const WIDTHS = [1, 6, 64, 300, 2048];

/**
 * The tensors that `fn` makes and leaves to the scope around it, counted by the native table while
 * all of them live. Those that the library makes for itself and frees in between do not count.
 */
function counted(fn: () => unknown): number {
  return torch.scope(() => {
    const before = torch.memory().tensors;
    fn();
    return torch.memory().tensors - before;
  });
}

/** Operators, views, tensors from numbers and random ones, of sizes from a seeded source. */
function maker(): { make(): Tensor; close(): void } {
  const next = numbers(7);
  const generator = torch.generator(7);
  const sources = WIDTHS.map((width) => torch.rand([width, 2], { generator }));
  const kinds: ((x: Tensor) => Tensor)[] = [
    (x) => x.add(1),
    (x) => x.mul(x),
    (x) => x.select(1, 0),
    (x) => x.t(),
    (x) => x.sum(),
    () => torch.tensor([1, 2, 3]),
    (x) => torch.rand(x.shape, { generator }),
  ];
  return {
    make: () => {
      const source = sources[next(sources.length)];
      const kind = kinds[next(kinds.length)];
      if (source === undefined || kind === undefined) throw new Error('no such source or kind');
      return kind(source);
    },
    close: () => {
      for (const source of sources) source.dispose();
    },
  };
}

function disposed(): MemoryCase {
  const { make, close } = maker();
  const step = () => {
    const window: Tensor[] = [];
    for (let i = 0; i < PER_STEP; i++) {
      window.push(make());
      // Not in the order in which they were made.
      if (window.length > 16) window.splice((i * 7) % 16, 1)[0]?.dispose();
    }
    for (const tensor of window) tensor.dispose();
    return PER_STEP;
  };
  return { count: MANY, turns: false, step, close };
}

function scoped(): MemoryCase {
  const { make, close } = maker();
  const step = () => {
    torch.scope(() => {
      for (let i = 0; i < PER_STEP / 2; i++) make();
      const kept = torch.scope(() => Array.from({ length: PER_STEP / 2 }, make).slice(0, 3));
      kept[0]?.dispose();
    });
    return PER_STEP;
  };
  return { count: MANY, turns: false, step, close };
}

/** One inner step of second order of a perceptron, and the gradient of its outcome. */
function differentiated(): MemoryCase {
  const generator = torch.generator(3);
  const [x, y] = [torch.rand([4, 8], { generator }), torch.rand([4, 2], { generator })];
  const [w, v] = [[8, 6] as const, [6, 2] as const].map((shape) =>
    torch.rand(shape, { generator }).requiresGrad_(),
  ) as [Tensor, Tensor];
  const loss = (a: Tensor, b: Tensor): Tensor => x.matmul(a).tanh().matmul(b).sub(y).pow(2).mean();
  const work = () => {
    const [gw, gv] = torch.grad(loss(w, v), [w, v], { createGraph: true }) as [Tensor, Tensor];
    return torch.grad(loss(w.sub(gw.mul(0.1)), v.sub(gv.mul(0.1))), [w, v]);
  };
  const each = counted(work);
  const step = () => {
    torch.scope(() => void work());
    return each;
  };
  const close = () => {
    for (const tensor of [x, y, w, v]) tensor.dispose();
  };
  return { count: MANY, turns: false, step, close };
}

/** A checkpointed region with a vmap inside, its gradient, and a graph that backward never visits. */
function recomputed(): MemoryCase {
  const generator = torch.generator(4);
  const x = torch.rand([4, 6], { generator });
  const w = torch.rand([6, 6], { generator }).requiresGrad_();
  const rows = torch.vmap((row: Tensor) => row.matmul(w).tanh());
  const work = () => {
    torch.checkpoint((a: Tensor) => rows(a).pow(2), x.mul(2));
    return torch.grad(torch.checkpoint((a: Tensor) => rows(rows(a)), x.mul(3)).sum(), w);
  };
  const each = counted(work);
  const step = () => {
    torch.scope(() => void work());
    return each;
  };
  const close = () => {
    for (const tensor of [x, w]) tensor.dispose();
  };
  return { count: 200_000, turns: false, step, close };
}

class Cubed extends torch.autograd.Function {
  static forward(ctx: FunctionContext<[Tensor]>, x: Tensor): Tensor {
    ctx.saveForBackward(x);
    return x.pow(3);
  }
  static backward(ctx: FunctionContext<[Tensor]>, g: Tensor): Tensor {
    return g.mul(ctx.savedTensors[0].pow(2)).mul(3);
  }
}

/** Functions of our own, hooks and packed tensors, with gradients of gradients, and half of it thrown at. */
function called(turns: boolean): MemoryCase {
  const x = torch.rand([64], { generator: torch.generator(5) }).requiresGrad_();
  let throws = false;
  const work = () => {
    const y = torch.autograd.savedTensorsHooks(
      (saved) => [saved.detach()],
      ([kept]) => kept as Tensor,
      () => Cubed.apply(x).mul(x),
    );
    y.registerHook((gradient) => {
      if (throws) throw new Error('of a hook');
      return gradient.mul(2);
    });
    y.gradFn?.registerHook(() => undefined);
    try {
      const [first] = torch.grad(y.sum(), [x] as const, { createGraph: true });
      torch.grad(first.sum(), x);
    } catch (error) {
      if (!throws) throw error;
    }
    throws = !throws;
  };
  const each = counted(() => {
    work();
    work();
  });
  const step = () => {
    const both = () => {
      work();
      work();
    };
    if (turns) both();
    else torch.scope(both);
    return each;
  };
  return { count: 2_000_000, turns, step, close: () => x.dispose() };
}

function collected(): MemoryCase {
  const { make, close } = maker();
  const step = () => {
    for (let i = 0; i < PER_STEP; i++) make();
    return PER_STEP;
  };
  return { count: 2_000_000, turns: true, step, close };
}

/** The cases by the names of the command line. */
export const MEMORY_CASES: Readonly<Record<string, () => MemoryCase>> = {
  'dispose()': disposed,
  scopes: scoped,
  'second gradients': differentiated,
  checkpoints: recomputed,
  functions: () => called(false),
  'functions, collected': () => called(true),
  'garbage collector': collected,
};
