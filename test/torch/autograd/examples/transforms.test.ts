import { type Tensor, torch } from '../../../../lib/torch/index';
import { expectFixture, wave } from './fixture';

const { func, vmap } = torch;

type Params = { w: Tensor; b: Tensor };

const predict = ({ w, b }: Params, x: Tensor): Tensor => w.matmul(x).add(b).tanh();
const params: Params = { w: wave([3, 4], 1), b: wave([3], 2) };
const x = wave([4], 3);
const identity = torch.eye(3, { dtype: 'float64' });

test('products of vectors with Jacobians and Hessians', () => {
  const input = wave([4, 4], 1);
  const { value, gradients } = func.vjp((own: Tensor) => own.exp().sum(1), input, wave([4], 2));
  expectFixture('vjp', value, gradients);
  const cubic = (a: Tensor, b: Tensor): Tensor => a.pow(3).mul(b).sum();
  // A Hessian is symmetric: products from its left and from its right are the same.
  const { product } = torch.hvp(cubic, [input, input.sin()], [input.cos(), input]);
  expectFixture('vhp', ...product);
});

test('Jacobians by rows that are all computed at once, and of samples by their sum', () => {
  const rowOf = (v: Tensor): Tensor =>
    func.vjp((own: Tensor) => predict(params, own), x, v).gradients;
  const ofBatch = (batch: Tensor): Tensor => batch.matmul(params.w.t()).add(params.b).tanh().sum(0);
  const summed = func.jacrev(ofBatch)(wave([3, 4], 5));
  expectFixture('batchJacobians', vmap(rowOf)(identity), summed.movedim(1, 0));
});

test('tangents along a direction of all parameters', () => {
  const along: Params = { w: wave([3, 4], 6), b: wave([3], 7) };
  const { value, tangents } = func.jvp((own: Params) => predict(own, x), params, along);
  expectFixture('tangentsOfParameters', value, tangents);
});

test('the gradients of each sample for each model of an ensemble', () => {
  const loss = (own: Params, input: Tensor, target: Tensor): Tensor =>
    predict(own, input).sum().sub(target).pow(2);
  const stacked: Params = { w: wave([2, 3, 4], 1), b: wave([2, 3], 2) };
  const ofSamples = vmap(func.grad(loss), { inDims: [null, 0, 0] });
  const ofModels = vmap(ofSamples, { inDims: [0, null, null] });
  const { w, b } = ofModels(stacked, wave([5, 4], 3), wave([5], 4));
  expectFixture('ensembleOfGradients', w, b);
});

test('a tangent kernel by products, without a Jacobian', () => {
  const kernel = (a: Tensor, b: Tensor): Tensor => {
    const of = (input: Tensor) => (w: Tensor) => predict({ ...params, w }, input);
    const product = (v: Tensor): Tensor => {
      const { gradients } = func.vjp(of(b), params.w, v);
      return func.jvp(of(a), params.w, gradients).tangents;
    };
    return vmap(product)(identity);
  };
  const columns = vmap(kernel, { inDims: [null, 0] });
  const rows = vmap(columns, { inDims: [0, null] });
  expectFixture('contractedKernel', rows(wave([2, 4], 1), wave([3, 4], 8)));
});
