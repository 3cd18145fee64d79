import { TorchError } from '../../../../lib/errors';
import { type FunctionContext, type Tensor, torch } from '../../../../lib/torch/index';

const { detectAnomaly } = torch.autograd;
const leaf = (...values: number[]): Tensor => torch.tensor(values, { requiresGrad: true });

function errorOf(fn: () => unknown): TorchError {
  try {
    fn();
  } catch (error) {
    if (error instanceof TorchError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The line of this file that calls it. */
function here(): number {
  const [, line] =
    /detect-anomaly\.test\.ts:(\d+)/.exec(new Error('here').stack?.split('\n')[2] ?? '') ?? [];
  return Number(line);
}

test('names the line of the operator whose backward gave NaN', () => {
  const x = leaf(0);
  let line = 0;
  const error = errorOf(() =>
    detectAnomaly(() => {
      const y = x.mul(1);
      line = here() + 1;
      const z = y.sqrt();
      z.mul(0).sum().backward();
    }),
  );
  expect(error.code).toBe('ERR_TORCH_AUTOGRAD');
  expect(error.message).toMatch(
    /^detectAnomaly: SqrtBackward0 gave NaN as gradient 0; its operator was called at /,
  );
  expect(error.message).toContain(`detect-anomaly.test.ts:${line}:`);
});

test('in place, and with grad', () => {
  const x = leaf(0);
  let line = 0;
  const error = errorOf(() =>
    detectAnomaly(() => {
      const y = x.mul(1);
      line = here() + 1;
      y.sqrt_();
      torch.grad(y.mul(0).sum(), x);
    }),
  );
  expect(error.message).toContain(`detect-anomaly.test.ts:${line}:`);
});

test('of a gradient of a gradient the operator in whose backward it was made', () => {
  const x = leaf(0);
  let line = 0;
  const error = errorOf(() =>
    detectAnomaly(() => {
      line = here() + 1;
      const y = x.pow(1.5);
      const [first] = torch.grad(y.sum(), [x], { createGraph: true });
      torch.grad(first.mul(0).sum(), x);
    }),
  );
  expect(error.message).toContain(`detect-anomaly.test.ts:${line}:`);
});

test('names the line of a function whose backward threw, with its error as the cause', () => {
  const mine = new Error('mine');
  class Fails extends torch.autograd.Function {
    static forward(_: FunctionContext, x: Tensor): Tensor {
      return x.mul(2);
    }
    static backward(): never {
      throw mine;
    }
  }
  const x = leaf(1);
  let line = 0;
  const error = errorOf(() =>
    detectAnomaly(() => {
      line = here() + 1;
      const y = Fails.apply(x);
      y.exp().sum().backward();
    }),
  );
  expect(error.cause).toBe(mine);
  expect(error.message).toMatch(
    /^detectAnomaly: FailsBackward failed: mine; its operator was called at /,
  );
  expect(error.message).toContain(`detect-anomaly.test.ts:${line}:`);
});

test('NaN may be allowed, and outside nothing is looked for', () => {
  const x = leaf(0);
  const run = () => torch.grad(x.sqrt().mul(0).sum(), x).item();
  expect(run()).toBeNaN();
  expect(detectAnomaly(run, { allowNan: true })).toBeNaN();
  expect(() => detectAnomaly(run)).toThrow('SqrtBackward0');
  expect(run()).toBeNaN();
});

test('numbers pass, and nothing is left on the graph', () => {
  const x = leaf(4);
  const y = detectAnomaly(() => {
    const z = x.sqrt().sum();
    expect(torch.grad(z, x, { retainGraph: true }).item()).toBe(0.25);
    return z;
  });
  expect(torch.grad(y, x).item()).toBe(0.25);
  expect(() => detectAnomaly(async () => x)).toThrow(/synchronous/);
});

test('inside torch.vmap and checkpoint', () => {
  const x = torch.zeros([2, 1], { requiresGrad: true });
  const mapped = () =>
    torch
      .vmap((row: Tensor) => row.sqrt().mul(0).sum())(x)
      .sum()
      .backward();
  expect(() => detectAnomaly(mapped)).toThrow('SqrtBackward0 gave NaN');
  const checked = () => torch.checkpoint((y: Tensor) => y.sqrt().mul(0).sum(), x).backward();
  expect(() => detectAnomaly(checked)).toThrow('SqrtBackward0 gave NaN');
});
