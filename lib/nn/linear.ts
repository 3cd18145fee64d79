import { checkOptions, flag, objectOf, positiveInteger } from '../check';
import { ArgumentTypeError } from '../errors';
import { type Tensor, torch } from '../torch';
import { shapeOf, wrongShape } from '../torch/check-tensors';
import { fewRowLinear } from '../torch/fused/few-row-linear';
import { kaimingUniform, uniform } from './init';
import type { Layer } from './layer';
import type { LinearParams } from './linear-params';
import { linearRuleOf, obeysLinearRules } from './linear-rule';
import { alignTasks, ofTasks } from './tasks';

export type LinearOptions = {
  inFeatures: number;
  outFeatures: number;
  /** Add a bias. Default: true. */
  bias?: boolean;
};

export type { LinearParams };

/**
 * y = x·Wᵀ + b, initialised as PyTorch's `Linear`: the same seed gives the same numbers.
 *
 * Without a task axis `[..., in]` gives `[..., out]`; with one `[T, n, ..., in]` gives
 * `[T, n, ..., out]`.
 *
 * @throws ArgumentRangeError if the input does not fit the parameters, or the bias the weight
 */
export function linear(options: LinearOptions): Layer<LinearParams> {
  checkOptions(options, ['inFeatures', 'outFeatures', 'bias'], 'linear');
  const inFeatures = positiveInteger(options.inFeatures, 'inFeatures', 'linear');
  const outFeatures = positiveInteger(options.outFeatures, 'outFeatures', 'linear');
  const hasBias = flag(options.bias ?? true, 'bias', 'linear');
  return obeysLinearRules({
    init(generator) {
      const weight = kaimingUniform([outFeatures, inFeatures], generator, { a: Math.sqrt(5) });
      if (!hasBias) return { weight };
      const bound = 1 / Math.sqrt(inFeatures);
      return { weight, bias: uniform([outFeatures], generator, { bound }) };
    },
    apply: (params, x, context) =>
      linearRuleOf(context)?.(params, x) ?? affine(x, checkParams(params)),
    tasks: true,
  });
}

/** A third tensor would be one that is left out, such as an adapted layer's that only its learner reads. */
function checkParams(params: LinearParams): LinearParams {
  for (const key in objectOf(params, 'parameters', 'linear')) {
    if (key === 'weight' || key === 'bias') continue;
    throw new ArgumentTypeError(
      `Expected weight and bias for the parameters of linear but received ${key} as well`,
      'linear',
    );
  }
  return params;
}

function affine(x: Tensor, { weight, bias }: LinearParams): Tensor {
  const shape = shapeOf(x, 'input', 'linear');
  const weightShape = shapeOf(weight, 'weight', 'linear');
  const [outFeatures, inFeatures] = weightShape.slice(-2);
  if (weightShape.length === 3) return perTask(x, shape, weight, weightShape, bias);
  if (weightShape.length !== 2) {
    throw wrongShape('[out, in] or [T, out, in]', 'weight', weightShape, 'linear');
  }
  if (shape.at(-1) !== inFeatures) {
    throw wrongShape(`[..., ${inFeatures}]`, 'input', shape, 'linear');
  }
  // Without gradients a few rows, such as the tokens of one text, take half of the time.
  const linear = torch.isGradEnabled() ? torch.linear : fewRowLinear;
  if (bias === undefined) return linear(x, weight);
  const biasShape = biasShapeOf(bias, outFeatures);
  if (biasShape.length === 1) return linear(x, weight, bias);
  const [tasks] = biasShape;
  if (shape.length < 3 || shape[0] !== tasks) {
    throw wrongShape(`[${tasks}, n, ..., ${inFeatures}]`, 'input', shape, 'linear');
  }
  return torch.linear(x, weight).add(alignTasks(bias, shape.length));
}

function perTask(
  x: Tensor,
  shape: readonly number[],
  weight: Tensor,
  [tasks, outFeatures, inFeatures]: readonly number[],
  bias: Tensor | undefined,
): Tensor {
  if (shape.length < 3 || shape[0] !== tasks || shape.at(-1) !== inFeatures) {
    throw wrongShape(`[${tasks}, n, ..., ${inFeatures}]`, 'input', shape, 'linear');
  }
  if (bias !== undefined) biasShapeOf(bias, outFeatures, tasks);
  const flat = shape.length === 3 ? x : x.flatten(1, -2);
  const y = torch.taskLinear(flat, weight, bias && ofTasks(bias, 2, tasks));
  return shape.length === 3 ? y : y.unflatten(1, shape.slice(1, -1));
}

/** The bias's shape if it is `[out]` or `[T, out]`, which others might be broadcast to. */
function biasShapeOf(bias: Tensor, outFeatures = 0, tasks?: number): number[] {
  const shape = shapeOf(bias, 'bias', 'linear');
  const [ofBias] = shape;
  const fits =
    shape.length === 1 || (shape.length === 2 && (tasks === undefined || ofBias === tasks));
  if (fits && shape.at(-1) === outFeatures) return shape;
  const expected = `[${outFeatures}] or [${tasks ?? 'T'}, ${outFeatures}]`;
  throw wrongShape(expected, 'bias', shape, 'linear');
}
