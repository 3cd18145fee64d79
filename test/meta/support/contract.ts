import {
  type AdaptOptions,
  type Episodes,
  type Learner,
  metaGradient,
  queryLogits,
  taskCrossEntropy,
} from '../../../lib/meta';
import { flattenTree, leaves, type Tensor, type Tree, torch } from '../../../lib/torch';
import { centralDifference } from './support';

/** The greatest difference between two tensors' elements. */
export function distance(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return torch.scope(() => Number(a.detach().sub(b.detach()).abs().max().item()));
}

/** The greatest difference between two trees' elements. */
export function treeDistance(a: Tree, b: Tree): number {
  const other = flattenTree(b);
  const distances = Object.entries(flattenTree(a)).map(([path, tensor]) => {
    const same = other[path];
    if (same === undefined) throw new Error(`nothing at ${path}`);
    return tensor.numel() === 0 ? 0 : distance(tensor, same);
  });
  return Math.max(...distances);
}

/** One of T tasks, as a batch of one. */
export function oneTask({ ways, support, query }: Episodes, task: number): Episodes {
  const of = ({ inputs, labels }: Episodes['support']) => ({
    inputs: inputs.narrow(0, task, 1),
    labels: labels.narrow(0, task, 1),
  });
  return { ways, support: of(support), query: of(query) };
}

/** The same tasks with support rows that only fill up. */
export function padded({ ways, support, query }: Episodes): Episodes {
  const [tasks = 0, , ...rest] = support.inputs.shape;
  const filler = torch.ones([tasks, 2, ...rest], { dtype: support.inputs.dtype });
  return {
    ways,
    support: {
      inputs: torch.cat([support.inputs, filler], 1),
      labels: torch.cat([support.labels, torch.full([tasks, 2], -100n)], 1),
    },
    query,
  };
}

/** Mean query loss after adaptation. */
export function queryLoss<P extends Tree, A>(
  learner: Learner<P, A>,
  params: P,
  episodes: Episodes,
): number {
  return torch.scope(() => {
    const { logits, labels } = queryLogits(learner, params, episodes);
    return Number((learner.loss ?? taskCrossEntropy)(logits, labels).mean().item());
  });
}

/** Asserts that the meta-gradient is the derivative of `value`, each element within 1e-6 of the greatest. */
export function expectDerivative<P extends Tree, A>(
  learner: Learner<P, A>,
  params: P,
  episodes: Episodes,
  value: () => number = () => queryLoss(learner, params, episodes),
  options: AdaptOptions = {},
): void {
  const gradients = flattenTree(metaGradient(learner, params, episodes, options).gradients);
  const greatest = Math.max(...Object.values(gradients).map((g) => Number(g.abs().max().item())));
  expect(greatest).toBeGreaterThan(0);
  let worst = 0;
  for (const [path, tensor] of Object.entries(flattenTree(params))) {
    const exact = [...(gradients[path]?.contiguous().data() ?? [])].map(Number);
    for (const [i, derivative] of exact.entries()) {
      const numeric = centralDifference(value, tensor, i, 1e-5);
      worst = Math.max(worst, Math.abs(derivative - numeric) / greatest);
    }
  }
  expect(worst).toBeLessThan(1e-6);
}

export type ContractCase<P extends Tree, A> = {
  learner: Learner<P, A>;
  params: P;
  episodes: Episodes;
};

/** Defines the tests that every learner must pass, on float64 parameters. */
export function describeContract<P extends Tree, A>({
  learner,
  params,
  episodes,
}: ContractCase<P, A>): void {
  const logitsOf = (of: Episodes): Tensor => queryLogits(learner, params, of).logits;
  const snapshot = (): unknown[] => leaves(params).map((tensor) => tensor.tolist());

  test('all tasks at once equal one task at a time', () => {
    const together = logitsOf(episodes);
    for (let t = 0; t < (together.shape[0] ?? 0); t++) {
      expect(distance(logitsOf(oneTask(episodes, t)), together.narrow(0, t, 1))).toBeLessThan(
        1e-12,
      );
    }
  });

  test('adaptation leaves the parameters as they are, and repeats identically', () => {
    const before = snapshot();
    const first = logitsOf(episodes).tolist();
    expect(logitsOf(episodes).tolist()).toEqual(first);
    expect(snapshot()).toEqual(before);
    metaGradient(learner, params, episodes, { generator: torch.generator(1) });
    expect(snapshot()).toEqual(before);
  });

  test('nothing is recorded unless it shall be differentiated', () => {
    expect(logitsOf(episodes).requiresGrad).toBe(false);
  });

  test('the meta-gradient is the same inside of noGrad', () => {
    const { gradients } = metaGradient(learner, params, episodes);
    const inside = torch.noGrad(() => metaGradient(learner, params, episodes));
    expect(treeDistance(inside.gradients, gradients)).toBe(0);
    expect(leaves(gradients).some((gradient) => gradient.requiresGrad)).toBe(false);
  });

  test('rows that only fill up change nothing', () => {
    expect(distance(logitsOf(padded(episodes)), logitsOf(episodes))).toBeLessThan(1e-12);
  });

  test('frozen parameters get zeros and change no other gradient', () => {
    const { gradients } = metaGradient(learner, params, episodes);
    const [first, ...others] = Object.keys(flattenTree(params));
    if (first === undefined) throw new Error('no parameters');
    flattenTree(params)[first]?.requiresGrad_(false);
    const frozen = flattenTree(metaGradient(learner, params, episodes).gradients);
    flattenTree(params)[first]?.requiresGrad_(true);
    expect(Number(frozen[first]?.abs().max().item())).toBe(0);
    const free = flattenTree(gradients);
    for (const path of others) {
      expect(distance(frozen[path] as Tensor, free[path] as Tensor)).toBeLessThan(1e-12);
    }
    for (const tensor of leaves(params)) tensor.requiresGrad_(false);
    const run = () => metaGradient(learner, params, episodes);
    expect(run).toThrow(expect.objectContaining({ code: 'ERR_TORCH_AUTOGRAD' }));
    expect(run).toThrow(/Expected parameters that require gradients .* make them by trainable/);
    for (const tensor of leaves(params)) tensor.requiresGrad_(true);
  });

  test('a meta-step leaves no tensor behind but the gradients', () => {
    const before = torch.memory().tensors;
    const { gradients } = metaGradient(learner, params, episodes);
    expect(torch.memory().tensors - before).toBe(leaves(gradients).length);
  });
}
