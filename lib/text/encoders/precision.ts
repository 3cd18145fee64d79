import { array, oneOf } from '../../check';
import { invalidArgument } from '../../errors';
import type { Context, LinearParams } from '../../nn';
import { type LinearRule, withLinearRule } from '../../nn/linear-rule';
import { isTensor, type Tensor, torch } from '../../torch';
import { halfLinear, int8Linear, packInt8 } from '../../torch/fused/narrow-linear';
import { type LayerParams, mapLinear } from './layered-params';

/**
 * What the weights of linear layers are held and multiplied in. `int8`: 8 bits, about three times as fast,
 * a quarter of the memory. `float16`: 16 bits, products in float32, half of the memory, which is what a
 * single text waits for. All else is float32. Other than `float32` is for encoders that stay as they are.
 */
export type Precision = 'float32' | 'float16' | 'int8';

/** Returns `value` if it is a precision. */
export const precisionOf = oneOf('float32', 'float16', 'int8');

/** An int8 linear layer: `weight` `[out, in]`, and what a step of each row is worth, `scales` `[out]`. */
export type Int8Params = LinearParams & { readonly scales: Tensor };

/** Steps to either side of 0. */
const LEVELS = 127;

/** The parameters of a Transformer. */
type Layered = { readonly layers: readonly LayerParams[] };

/** The parameters with the weights of linear layers in `precision`; what stays as it is, is shared. */
export function narrowed<P extends Layered>(params: P, precision: Precision): P {
  if (precision === 'float32') return params;
  const narrow = precision === 'int8' ? toInt8 : toHalf;
  return torch.noGrad(() => mapLinear(params, narrow));
}

/**
 * The context in which linear layers compute with weights of `precision`; `prepared` is what was made of
 * them for this thread.
 */
export type NarrowContext = { readonly context: Context; readonly prepared: readonly Tensor[] };

/**
 * Prepares parameters of `precision` for computing.
 *
 * @throws ArgumentTypeError if they are of another, or of another model
 */
export function narrowContext(params: Layered, precision: Precision): NarrowContext {
  for (const { weight } of linearLayers(params)) {
    if (weight.dtype === precision) continue;
    throw invalidArgument(precision, 'the weights of an encoder of that precision', weight.dtype);
  }
  if (precision === 'float32') return { context: {}, prepared: [] };
  if (precision === 'float16') return { context: withLinearRule({}, halfRule), prepared: [] };
  const packed = new Map<Tensor, Tensor>();
  for (const { weight } of linearLayers(params)) packed.set(weight, packInt8(weight));
  const rule = (own: LinearParams, x: Tensor) => {
    if (!isInt8(own)) return undefined;
    const { weight, scales, bias } = own;
    const known = packed.get(weight);
    if (known !== undefined) return int8Linear(x, known, scales, bias);
    return torch.scope(() => int8Linear(x, packInt8(weight), scales, bias));
  };
  return { context: withLinearRule({}, rule), prepared: [...packed.values()] };
}

const halfRule: LinearRule = ({ weight, bias }, x) =>
  weight.dtype === 'float16' ? halfLinear(x, weight, bias) : undefined;

function isInt8(params: LinearParams): params is Int8Params {
  return 'scales' in params;
}

function toHalf({ weight, bias }: LinearParams): LinearParams {
  const narrow = weight.to('float16');
  return bias === undefined ? { weight: narrow } : { weight: narrow, bias };
}

function toInt8({ weight, bias }: LinearParams): Int8Params {
  const { narrow, scales } = torch.scope(() => {
    const most = weight.abs().amax([1]);
    // A row of zeros needs a step as well.
    const step = most.maskedFill(most.eq(0), 1).div(LEVELS);
    return { narrow: weight.div(step.unsqueeze(1)).round().to('int8'), scales: step };
  });
  return bias === undefined ? { weight: narrow, scales } : { weight: narrow, scales, bias };
}

/** Those of all layers. @throws ArgumentTypeError for parameters of another model */
function linearLayers(params: Layered): LinearParams[] {
  const layers = array(Object(params).layers, 'layers', 'parameters', 'an encoder');
  return layers.flatMap((layer, i) => {
    const { attention, feedForward } = Object(layer);
    const { qkv, output } = Object(attention);
    const { up, down } = Object(feedForward);
    const linear: LinearParams[] = [qkv, output, up, down];
    if (linear.every((own) => isTensor(Object(own).weight))) return linear;
    const name = `layers[${i}] of the parameters of an encoder`;
    throw invalidArgument('attention { qkv, output } and feedForward { up, down }', name, layer);
  });
}
