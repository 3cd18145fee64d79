import { type Episodes, type Learner, metaGradient, queryLogits } from '../../../lib/meta/index';
import {
  flattenTree,
  type Tensor,
  type Tree,
  torch,
  unflattenTree,
} from '../../../lib/torch/index';
import { readFixture } from '../../helpers/fixture';
import { parametersOf } from '../support/support';
import { expectSame } from './metric-contract';

type Case = {
  shapes: Record<string, number[]>;
  params: Record<string, number[]>;
  support: number[][][];
  labels: number[][];
  query: number[][][];
  logits: number[][][];
  answers: number[][];
  loss: number;
  gradients: Record<string, number[]>;
  /** Of MANN: the logits at every step of the support set. */
  sequence?: number[][][];
};

const real = (values: number[][][]) => torch.tensor(values, { dtype: 'float64' });
const whole = (values: number[][]) => torch.tensor(values, { dtype: 'int64' });

/** A case of metric.json as tensors, with the parameters in the learner's form. */
export function metricCase<P extends Tree, A>(learner: Learner<P, A>, name: string) {
  const own = readFixture<Record<string, Case>>('metric')[name];
  if (own === undefined) throw new Error(`metric.json has no ${name}`);
  const tree = (values: Record<string, number[]>): Record<string, Tensor> =>
    Object.fromEntries(
      Object.entries(values).map(([path, flat]) => {
        const shape = own.shapes[path] ?? [];
        return [path, torch.tensor(Float64Array.from(flat), { shape }).requiresGrad_()];
      }),
    );
  const params = unflattenTree(tree(own.params), parametersOf(learner, 1));
  const episodes: Episodes = {
    ways: 3,
    support: { inputs: real(own.support), labels: whole(own.labels) },
    query: { inputs: real(own.query), labels: whole(own.answers) },
  };
  return { own, params, episodes, gradients: tree(own.gradients) };
}

/** Asserts logits, loss and gradients as PyTorch has them. */
export function expectLikePyTorch<P extends Tree, A>(learner: Learner<P, A>, name: string): void {
  const { own, params, episodes, gradients } = metricCase(learner, name);
  expectSame(queryLogits(learner, params, episodes).logits, real(own.logits));
  const found = metaGradient(learner, params, episodes);
  expect(found.loss).toBeCloseTo(own.loss, 12);
  for (const [path, gradient] of Object.entries(flattenTree(found.gradients))) {
    expectSame(gradient, gradients[path] as Tensor, 1e-11);
  }
}
