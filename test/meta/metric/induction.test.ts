import { induction, metaGradient, queryLogits } from '../../../lib/meta/index';
import { route, squash } from '../../../lib/meta/metric/induction';
import { linear } from '../../../lib/nn/index';
import { torch } from '../../../lib/torch/index';
import { expectGradients, float64, numbers } from '../../helpers/gradients';
import { parametersOf, randomEpisodes } from '../support/support';
import { expectSame, itKeepsTheContract } from './metric-contract';

const encoder = linear({ inFeatures: 4, outFeatures: 3 });
const learner = induction({ encoder, dimensions: 3, slices: 4 });
const episodes = randomEpisodes(torch.generator(1));
const params = parametersOf(learner, 2);

test('squash makes length ‖x‖² / (1 + ‖x‖²), and zeros of zeros', () => {
  const x = torch
    .tensor(
      [
        [3, 4],
        [0, 0],
      ],
      { dtype: 'float64' },
    )
    .requiresGrad_();
  const y = squash(x);
  expectSame(
    y,
    torch.tensor(
      [
        [(3 * 5) / 26, (4 * 5) / 26],
        [0, 0],
      ],
      { dtype: 'float64' },
    ),
  );
  expect(torch.grad(y.sum(), x).isfinite().all().item()).toBe(true);
  expectGradients(squash, [float64([2, 3])]);
});

/** The paper's algorithm 1 for one class, in numbers. */
function routed(samples: number[][], iterations: number): number[] {
  const short = (v: number[]) => {
    const square = v.reduce((sum, value) => sum + value * value, 0);
    return v.map((value) => (value * Math.sqrt(square)) / (1 + square));
  };
  const b = samples.map(() => 0);
  let c: number[] = [];
  for (let i = 0; i < iterations; i++) {
    const total = b.reduce((sum, value) => sum + Math.exp(value), 0);
    c = short(
      (samples[0] ?? []).map((_, j) =>
        samples.reduce((sum, e, n) => sum + (Math.exp(b[n] ?? 0) / total) * (e[j] ?? 0), 0),
      ),
    );
    for (const [n, e] of samples.entries()) {
      b[n] = (b[n] ?? 0) + e.reduce((sum, value, j) => sum + value * (c[j] ?? 0), 0);
    }
  }
  return c;
}

test.each([1, 2, 3])('%i iterations of routing are the paper’s, class by class', (iterations) => {
  const samples = float64([1, 5, 3], 3);
  const labels = torch.tensor([[0n, 1n, 0n, -100n, 1n]]);
  const belongs = labels.unsqueeze(-1).eq(torch.arange(2)).to('float64');
  const classes = route(samples, belongs, iterations);
  const rows = samples.select(0, 0).tolist() as number[][];
  for (const [k, own] of [
    [0, 2],
    [1, 4],
  ].entries()) {
    const exact = routed(
      own.map((n) => rows[n] ?? []),
      iterations,
    );
    for (const [j, value] of numbers(classes.select(0, 0).select(0, k)).entries()) {
      expect(value).toBeCloseTo(exact[j] ?? Number.NaN, 12);
    }
  }
});

test('samples are squashed; the relation is W_r relu(cᵀ M e) + b_r, the loss the mean square of its sigmoid', () => {
  const { classes } = learner.adapt(params, episodes.support, 3);
  const embedded = encoder.apply(params.encoder, episodes.support.inputs);
  const { transform } = params;
  const samples = squash(torch.linear(embedded, transform.weight, transform.bias ?? null));
  const belongs = torch.eye(3, { dtype: 'float64' }).repeatInterleave(2, 0).expand([3, 6, 3]);
  expectSame(classes, route(samples, belongs, 3));
  const query = encoder.apply(params.encoder, episodes.query.inputs);
  const v = torch.einsum('tnd,hde,tqe->tqnh', [classes, params.tensor, query]).relu();
  const { weight, bias } = params.relation;
  const exact = torch.linear(v, weight, bias ?? null).squeeze(-1);
  expectSame(queryLogits(learner, params, episodes).logits, exact);
  const target = torch.eye(3, { dtype: 'float64' }).repeatInterleave(2, 0);
  const loss = exact.sigmoid().sub(target).square().mean();
  expect(metaGradient(learner, params, episodes).loss).toBeCloseTo(Number(loss.item()), 12);
});

test('M starts so that cᵀ M e is of the size of c and e, whatever D', () => {
  const large = induction({ encoder, dimensions: 50, slices: 20 });
  const { tensor } = large.init(torch.generator(1));
  expect(Number(tensor.std().item()) * 50).toBeCloseTo(1, 1);
});

itKeepsTheContract(learner);

test('refuses sizes that are none', () => {
  expect(() => induction({ encoder, dimensions: 3, iterations: 0 })).toThrow('iterations');
});
