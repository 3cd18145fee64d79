import { type Tensor, torch } from '../../../../lib/torch/index';
import { expectFixture, wave } from './fixture';

const { func, vmap } = torch;

const predict = (weight: Tensor, bias: Tensor, x: Tensor): Tensor =>
  weight.matmul(x).add(bias).tanh();
const weight = wave([3, 4], 1);
const bias = wave([3], 2);
const x = wave([4], 3);

test('Jacobians by rows and by columns, of one input and of a batch', () => {
  expectFixture('jacrev', ...func.jacrev(predict, { argnums: [0, 1, 2] })(weight, bias, x));
  expectFixture('jacfwd', func.jacfwd(predict, { argnums: 2 })(weight, bias, x));
  const inDims = [null, null, 0];
  const perSample = vmap(func.jacrev(predict, { argnums: 2 }), { inDims });
  expectFixture('batchJacobian', perSample(weight, bias, wave([5, 4], 4)));
});

test('Hessians, of one input and of a batch, and their products with vectors', () => {
  const value = (input: Tensor): Tensor => predict(weight, bias, input).pow(2).sum();
  const v = wave([4], 9);
  expectFixture('hessian', func.hessian(value)(x));
  expectFixture('batchHessian', vmap(func.hessian(value))(wave([2, 4], 7)));
  expectFixture('hvp', func.hvp(value, x, v).product);
  expectFixture('forwardOverReverse', func.jvp(func.grad(value), x, v).tangents);
});

test('per-sample gradients and their norms', () => {
  type Params = { w1: Tensor; b1: Tensor; w2: Tensor };
  const loss = ({ w1, b1, w2 }: Params, input: Tensor, label: Tensor): Tensor => {
    const logits = input.matmul(w1).add(b1).relu().matmul(w2);
    return logits.unsqueeze(0).crossEntropyLoss(label.unsqueeze(0));
  };
  const params = { w1: wave([4, 6], 1), b1: wave([6], 2), w2: wave([6, 3], 3) };
  const labels = torch.tensor([0n, 2n, 1n, 1n, 0n]);
  const perSample = vmap(func.grad(loss), { inDims: [null, 0, 0] });
  const { w1, b1, w2 } = perSample(params, wave([5, 4], 4), labels);
  const squares = [w1, b1, w2].map((gradient) => gradient.flatten(1).pow(2).sum(1));
  expectFixture('perSample', w1, b1, w2, torch.stack(squares).sum(0).sqrt());
});

test('an ensemble of models, each on its own batch and all on one', () => {
  type Params = { w: Tensor; b: Tensor };
  const stacked = func.stackModuleState(
    [0, 1, 2, 3].map((k): Params => ({ w: wave([3, 4], k), b: wave([3], k) })),
  );
  const batches = wave([4, 2, 4], 5);
  const linear = {
    apply: ({ w, b }: Params, input: Tensor): Tensor => input.matmul(w.t()).add(b).tanh(),
  };
  const call = (params: Params, input: Tensor): Tensor =>
    func.functionalCall(linear, params, input);
  const one = vmap(call, { inDims: [0, null] })(stacked, batches.select(0, 0));
  expectFixture('ensemble', vmap(call)(stacked, batches), one);
});

test('MAML: a gradient through the gradients of tasks', () => {
  const net = (w: Tensor, input: Tensor): Tensor => input.mul(w).sin();
  const mse = (w: Tensor, input: Tensor, target: Tensor): Tensor =>
    net(w, input).sub(target).pow(2).mean();
  const adapt = (w: Tensor, input: Tensor, target: Tensor): Tensor =>
    w.sub(
      func
        .grad((own: Tensor) => mse(own, input, target))(w)
        .mul(0.2),
    );
  const outer = (w: Tensor, xs: Tensor, ys: Tensor, xq: Tensor, yq: Tensor): Tensor =>
    mse(adapt(w, xs, ys), xq, yq);
  const tasks = [0, 1, 2, 3].map((k) => wave([6, 5], k)) as [Tensor, Tensor, Tensor, Tensor];
  const losses = vmap(outer, { inDims: [null, 0, 0, 0, 0] });
  const gradient = func.grad((w: Tensor) => losses(w, ...tasks).mean());
  expectFixture('maml', gradient(torch.tensor(0.7, { dtype: 'float64' })));
});

test('a neural tangent kernel', () => {
  const rowOf = (input: Tensor): Tensor =>
    func.jacrev((own: Tensor) => predict(own, bias, input).sum())(weight);
  const kernel = (a: Tensor, b: Tensor): Tensor => rowOf(a).mul(rowOf(b)).sum();
  const columns = vmap(kernel, { inDims: [null, 0] });
  expectFixture(
    'tangentKernel',
    vmap(columns, { inDims: [0, null] })(wave([3, 4], 1), wave([2, 4], 8)),
  );
});

test('a function near one input', () => {
  const { jvp } = func.linearize((input: Tensor) => predict(weight, bias, input), x);
  expectFixture('linearize', jvp(wave([4], 5)), jvp(wave([4], 6)));
});
