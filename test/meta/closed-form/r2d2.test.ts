import fc from 'fast-check';
import { queryLogits, r2d2, ridgeRegression } from '../../../lib/meta/index';
import { linear } from '../../../lib/nn/index';
import { type Tensor, torch } from '../../../lib/torch/index';
import { expectGradients, float64 } from '../../helpers/gradients';
import { expectSame, itKeepsTheContract } from '../metric/metric-contract';
import { expectLikePyTorch } from '../metric/metric-fixture';
import { parametersOf, randomEpisodes } from '../support/support';

const encoder = linear({ inFeatures: 4, outFeatures: 5 });
const learner = r2d2({ encoder, lambda: 0.3, alpha: 2, beta: 0.5 });

describe('ridge regression', () => {
  const size = fc.integer({ min: 1, max: 7 });
  test('Woodbury’s form equals the primal', () => {
    fc.assert(
      fc.property(size, size, size, fc.double({ min: 0.1, max: 10, noNaN: true }), (n, d, k, l) => {
        torch.scope(() => {
          const [x, y, lambda] = [
            float64([2, n, d], n),
            float64([2, n, k], d),
            torch.tensor(l, { dtype: 'float64' }),
          ];
          const woodbury = ridgeRegression(x, y, lambda, 'woodbury');
          expectSame(woodbury, ridgeRegression(x, y, lambda, 'primal'), 1e-10);
          expectSame(woodbury, ridgeRegression(x, y, lambda), 1e-10);
          // The gradient of ½‖XW − Y‖² + ½λ‖W‖² is zero.
          const gradient = x.mT.bmm(x.bmm(woodbury).sub(y)).add(woodbury.mul(l));
          expect(Number(gradient.abs().max().item())).toBeLessThan(1e-11);
        });
      }),
      { numRuns: 30 },
    );
  });

  test.each(['woodbury', 'primal'] as const)('in %s form is twice differentiable', (form) => {
    const lambda = torch.tensor([0.7], { dtype: 'float64' });
    const solve = (...[x, y, l]: Tensor[]) => {
      if (!x || !y || !l) throw new Error('too few inputs');
      return ridgeRegression(x, y, l, form);
    };
    expectGradients(solve, [float64([2, 3, 2], 1), float64([2, 3, 2], 2), lambda]);
  });
});

test('λ, α and β start as told', () => {
  const params = learner.init(torch.generator(1));
  expect(Number(params.logLambda.exp().item())).toBeCloseTo(0.3, 6);
  expect([params.alpha.item(), params.beta.item()]).toEqual([2, 0.5]);
});

test('the logits are α f(x) W + β', () => {
  const episodes = randomEpisodes(torch.generator(1));
  const params = parametersOf(learner, 2);
  const { weights } = learner.adapt(params, episodes.support, 3);
  const exact = encoder.apply(params.encoder, episodes.query.inputs).bmm(weights).mul(2).add(0.5);
  expectSame(queryLogits(learner, params, episodes).logits, exact);
});

test('equals PyTorch', () => expectLikePyTorch(learner, 'r2d2'));

describe('with few rows', () => itKeepsTheContract(learner));
describe('with more rows than columns', () => {
  itKeepsTheContract(r2d2({ encoder: linear({ inFeatures: 4, outFeatures: 3 }) }));
});

test.each(['alpha', 'beta'])('refuses a %s that is no finite number', (name) => {
  expect(() => r2d2({ encoder, [name]: Number.NaN })).toThrow(
    `a finite number for ${name} of r2d2`,
  );
  expect(() => r2d2({ encoder, [name]: '1' })).toThrow(`a finite number for ${name} of r2d2`);
});

test('refuses a λ that is none', () => {
  expect(() => r2d2({ encoder, lambda: 0 })).toThrow('lambda of r2d2');
});

test('ridgeRegression refuses what is no tensor, another shape and another form', () => {
  const [x, y, lambda] = [torch.rand([1, 2, 3]), torch.rand([1, 2, 2]), torch.ones([])];
  const junk = {} as Tensor;
  expect(() => ridgeRegression(junk, y, lambda)).toThrow('Expected a tensor for the x of');
  expect(() => ridgeRegression(x, junk, lambda)).toThrow('Expected a tensor for the y of');
  expect(() => ridgeRegression(torch.rand([2]), y, lambda)).toThrow('[T, n, D]');
  expect(() => ridgeRegression(x, y, lambda, 'dual' as 'primal')).toThrow(
    'form of ridgeRegression',
  );
});
