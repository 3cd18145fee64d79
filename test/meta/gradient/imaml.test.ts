import { imaml, metaGradient } from '../../../lib/meta/index';
import { linear } from '../../../lib/nn/index';
import { adam, sgd } from '../../../lib/optim/index';
import { type Tensor, torch } from '../../../lib/torch/index';
import { describeContract, distance, expectDerivative, treeDistance } from '../support/contract';
import { quadratic, quadraticEpisodes } from '../support/quadratic';
import { parametersOf, randomEpisodes, smoothModel } from '../support/support';

const episodes = randomEpisodes(torch.generator(3));
const model = smoothModel(4, 3);
const encoder = linear({ inFeatures: 4, outFeatures: 4 });
const optimizer = sgd({ learningRate: 0.3 });
const learner = imaml({ model, encoder, optimizer, innerSteps: 5 });

describeContract({ learner, params: parametersOf(learner, 4), episodes });

describe('on a quadratic loss', () => {
  const lambda = 0.7;
  const of = (inner: typeof optimizer | ReturnType<typeof adam>, innerSteps: number) =>
    imaml({
      model: quadratic.model,
      loss: quadratic.loss,
      optimizer: inner,
      innerSteps,
      regularization: lambda,
    });
  const at = parametersOf(of(optimizer, 1), 5);
  const held = quadratic.a.add(torch.eye(3, { dtype: 'float64' }), { alpha: lambda });
  const exact = torch.linalg.solve(held, quadratic.g).mul(lambda);

  test('adapts to λ (A + λI)⁻¹ θ', () => {
    const { theta } = of(optimizer, 200).adapt(at, quadraticEpisodes.support, 1).model;
    const solved = torch.linalg.solve(held, at.model.theta).mul(lambda);
    expect(distance(theta, solved.expand([2, 3]))).toBeLessThan(1e-12);
  });

  test('the meta-gradient is the direct solution λ (A + λI)⁻¹ g', () => {
    const { gradients } = metaGradient(of(optimizer, 200), at, quadraticEpisodes);
    expect(distance(gradients.model.theta, exact)).toBeLessThan(1e-12);
  });

  test('the path of the inner loop does not matter', () => {
    const byAdam = of(adam({ learningRate: 0.05 }), 7);
    const { gradients } = metaGradient(byAdam, at, quadraticEpisodes);
    expect(distance(gradients.model.theta, exact)).toBeLessThan(1e-12);
  });
});

test('at the minimum the meta-gradient agrees with central differences', () => {
  const solved = imaml({
    model,
    encoder,
    optimizer,
    innerSteps: 30,
    regularization: 2,
    solverSteps: 28,
  });
  expectDerivative(solved, parametersOf(solved, 6), episodes);
});

test('λ is 1 and five steps solve the system unless told otherwise', () => {
  const of = (options: object) => {
    const made = imaml({ model, encoder, optimizer, ...options });
    return metaGradient(made, parametersOf(made, 4), episodes).gradients;
  };
  expect(treeDistance(of({}), of({ regularization: 1, solverSteps: 5 }))).toBe(0);
  expect(treeDistance(of({}), of({ regularization: 2 }))).toBeGreaterThan(1e-4);
  expect(treeDistance(of({}), of({ solverSteps: 4 }))).toBeGreaterThan(1e-9);
});

test('a support loss that is linear has no Hessian: the gradient is that of the query loss', () => {
  const loss = (outputs: Tensor, labels: Tensor): Tensor => {
    const value = outputs.squeeze(1);
    const query = labels.select(1, 0).select(0, 0).item() === 1;
    return query ? value.square().sum([-1]) : value.matmul(quadratic.g);
  };
  const linearly = imaml({ model: quadratic.model, loss, optimizer, innerSteps: 200 });
  const at = parametersOf(linearly, 5);
  const { gradients } = metaGradient(linearly, at, quadraticEpisodes);
  // φ = θ − g/λ, and the slope of φᵀφ is 2φ.
  const exact = at.model.theta.sub(quadratic.g).mul(2);
  expect(distance(gradients.model.theta, exact)).toBeLessThan(1e-12);
});

test('stays nearer to the start the more it is held', () => {
  const moved = [0.5, 5].map((regularization) => {
    const held = imaml({
      model,
      optimizer: sgd({ learningRate: 0.1 }),
      innerSteps: 50,
      regularization,
    });
    const params = parametersOf(held, 7);
    const { w } = held.adapt(params, episodes.support, 3).model;
    return distance(w, params.model.w.expand([3, 4, 4]));
  });
  expect(moved[1]).toBeLessThan((moved[0] ?? 0) / 2);
});

test('keeps no graph, and refuses a λ that is not positive', () => {
  const params = parametersOf(learner, 8);
  expect(() => learner.adapt(params, episodes.support, 3, { differentiable: true })).toThrow(
    RangeError,
  );
  expect(() => imaml({ model, optimizer, regularization: 0 })).toThrow(RangeError);
});
