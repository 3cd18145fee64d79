import { ArgumentRangeError, TorchError } from '../../lib/errors';
import { adam, adamW, type LearningRate } from '../../lib/optim';
import { flattenTree, mapTree, type Tensor, torch } from '../../lib/torch';
import { expectClose, expectNumbers, float64, numbers } from '../helpers/gradients';
import {
  casesOf,
  expectDifferentiable,
  expectPure,
  expectPyTorchSteps,
  expectPyTorchStepsByTensorRate,
  expectRatesChecked,
  expectShapesChecked,
  replaceSteps,
  runSteps,
  startParams,
} from '../helpers/learners/optimizers';
import { expectLikeLoop } from '../helpers/like-loop';

describe.each([
  ['adam', adam],
  ['adamW', adamW],
] as const)('%s', (name, make) => {
  test.each(casesOf(name))('takes the steps of PyTorch: $options', ({ options, params }) => {
    const optimizer = make(options);
    expectPyTorchSteps(optimizer, params);
    torch.noGrad(() => expectPyTorchSteps(optimizer, params));
    expectPyTorchSteps(optimizer, params, replaceSteps);
  });

  test.each(casesOf(name))('takes them with a tensor for its rate: $options', (one) => {
    expectPyTorchStepsByTensorRate(make, one, 1e-3);
  });

  test('steps inside vmap are those of a loop, recorded or not', () => {
    const starts = float64([3, 2]);
    const slopes = float64([3, 2], 2);
    const steps = (p: Tensor, g: Tensor): Tensor => {
      const optimizer = make({ learningRate: 0.1, weightDecay: 0.1, amsgrad: true });
      const first = optimizer.update({ p: g }, optimizer.init({ p }), { p });
      return optimizer.update({ p: g.mul(-2) }, first.state, first.params).params.p;
    };
    expectLikeLoop(steps, [starts, slopes]);
    torch.noGrad(() => expectLikeLoop(steps, [starts, slopes]));
  });

  test('adds an ε of 1e-8 to the root', () => {
    const params = { p: torch.zeros([1]) };
    const gradients = { p: torch.full([1], 1e-8) };
    const optimizer = make({ learningRate: 1 });
    const step = () => optimizer.update(gradients, optimizer.init(params), params).params.p;
    // The first step is g/(|g| + ε).
    expectNumbers(numbers(step()), [-0.5], 1e-5);
    expectNumbers(numbers(torch.noGrad(step)), [-0.5], 1e-5);
  });

  test('lets gradients through a step whose rate is a number', () => {
    const start = torch.zeros([1]).requiresGrad_();
    const slope = torch.ones([1]).requiresGrad_();
    const optimizer = make({ learningRate: 0.5, eps: 1, weightDecay: 0 });
    const state = optimizer.init({ p: start });
    const { p } = optimizer.update({ p: slope }, state, { p: start }).params;
    const [byStart, bySlope] = torch.grad(p.sum(), [start, slope]);
    // The first step is −α·g/(|g| + ε), its derivative −α·ε/(|g| + ε)².
    expectNumbers(numbers(byStart as Tensor), [1], 0);
    expectNumbers(numbers(bySlope as Tensor), [-0.125], 1e-6);
  });

  test('keeps the same state whether it is recorded or fused', () => {
    const params = startParams();
    const gradients = mapTree(([p]) => (p as Tensor).cos(), params);
    const optimizer = make({ betas: [0.5, 0.75], amsgrad: true, weightDecay: 0 });
    const step = () => optimizer.update(gradients, optimizer.init(params), params).state;
    for (const state of [step(), torch.noGrad(step)]) {
      const [first, second, most] = [
        state.firstMoment,
        state.secondMoment,
        state.maxSecondMoment,
      ].map((tree) => flattenTree(tree).weight as Tensor);
      expectClose(first as Tensor, gradients.weight.mul(0.5), 1e-6);
      expectClose(second as Tensor, gradients.weight.square().mul(0.25), 1e-6);
      expectClose(most as Tensor, second as Tensor, 0);
      expect(state.step.item()).toBe(1);
    }
  });

  test.each([
    {},
    { eps: 1e-2, weightDecay: 0.3, betas: [0.5, 0.6] as const },
    { betas: [0.5, 0.6] as const, amsgrad: true },
  ])('is twice differentiable through its steps: %j', (options) => {
    expectDifferentiable((learningRate) => make({ ...options, learningRate }));
  });

  test('is pure', () => {
    expectPure(make({ amsgrad: true, weightDecay: 0.1 }));
    torch.noGrad(() => expectPure(make({ amsgrad: true, weightDecay: 0.1 })));
  });

  test('takes tensors of any strides for what they show', () => {
    const transposed = () => {
      const { weight, bias } = startParams();
      return { weight: weight.mT.contiguous().mT, bias };
    };
    const expected = runSteps(make(), startParams());
    torch.noGrad(() => {
      expectClose(runSteps(make(), transposed()).weight, expected.weight, 1e-6);
      expectClose(replaceSteps(make(), transposed()).weight, expected.weight, 1e-6);
      const params = startParams();
      const gradients = mapTree(([p]) => (p as Tensor).cos(), params);
      const turned = { ...gradients, weight: gradients.weight.mT.contiguous().mT };
      // With a small ε the first step would show no more of a gradient than its sign.
      const optimizer = make({ eps: 1 });
      const step = (g: typeof gradients) =>
        optimizer.update(g, optimizer.init(params), params).params;
      expectClose(step(turned).weight, step(gradients).weight, 0);
    });
  });

  test('takes dtypes that the fused kernel does not', () => {
    torch.noGrad(() => {
      const params = { p: torch.ones([3], { dtype: 'bfloat16' }) };
      const gradients = { p: torch.ones([3], { dtype: 'bfloat16' }) };
      const optimizer = make({ learningRate: 0.5, weightDecay: 0 });
      const next = optimizer.update(gradients, optimizer.init(params), params);
      expect(next.params.p.dtype).toBe('bfloat16');
      // A bfloat16 has 8 significant bits.
      expectNumbers(numbers(next.params.p), [0.5, 0.5, 0.5], 2 ** -8);
    });
  });

  test('refuses gradients and state of other shapes, recorded or fused', () => {
    expectShapesChecked(make({ amsgrad: true }), name);
    torch.noGrad(() => expectShapesChecked(make({ amsgrad: true }), name));
  });

  test('takes no state of another dtype, recorded or fused', () => {
    const params = mapTree(([p]) => (p as Tensor).to('float64'), startParams());
    const step = () => make().update(params, make().init(startParams()), params);
    expect(step).toThrow(TorchError);
    expect(() => torch.noGrad(step)).toThrow(TorchError);
  });

  test('follows a schedule, recorded or fused', () => {
    const rates: number[] = [];
    const schedule = (step: number) => {
      rates.push(step);
      return 0.1 / (step + 1);
    };
    const recorded = runSteps(make({ learningRate: schedule }), startParams());
    const fused = torch.noGrad(() => runSteps(make({ learningRate: schedule }), startParams()));
    expectClose(fused.weight, recorded.weight, 1e-6);
    expect(rates.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('refuses rates of a schedule that are none, recorded or fused', () => {
    const build = (learningRate: LearningRate) => make({ learningRate });
    expectRatesChecked(build, name);
    torch.noGrad(() => expectRatesChecked(build, name));
  });

  test('refuses options out of range', () => {
    expect(() => make({ betas: [0.9, 1] })).toThrow(ArgumentRangeError);
    expect(() => make({ betas: [0.9, 1] })).toThrow(
      `Expected a number in [0, 1) for betas[1] of ${name} but received number 1`,
    );
    expect(() => make({ betas: 0.9 as never })).toThrow(
      `Expected an array of two numbers for betas of ${name} but received number 0.9`,
    );
    expect(() => make({ betas: [0.9] as never })).toThrow(`betas of ${name}`);
    expect(() => make({ amsgrad: 'false' as never })).toThrow(
      `Expected a boolean for amsgrad of ${name} but received string 'false'`,
    );
    expect(() => make({ eps: -1 })).toThrow(`eps of ${name}`);
    expect(() => make({ learningRate: '1' as never })).toThrow(`learningRate of ${name}`);
  });
});
