import { array, checkOptions, oneOf } from '../check';
import { invalidArgument, outOfRange } from '../errors';
import { type ActivationName, gelu, relu, tanh } from './activations';
import type { Layer, NoParams } from './layer';
import { type LinearParams, linear } from './linear';
import { obeysLinearRules } from './linear-rule';

export type MlpOptions = {
  /** The sizes from the input to the output, at least two: `[300, 256, 128, 5]`. */
  sizes: readonly number[];
  /** What comes between the linear layers. Default: `relu`. */
  activation?: ActivationName;
};

/** One entry for each linear layer. */
export type MlpParams = LinearParams[];

const ACTIVATIONS: Readonly<Record<ActivationName, () => Layer<NoParams>>> = { relu, gelu, tanh };
const activationName = oneOf('relu', 'gelu', 'tanh');

/**
 * Linear layers with an activation between them, none after the last: `[..., sizes[0]]` gives
 * `[..., sizes.at(-1)]`; with a task axis `[T, n, ...]` as in `linear`.
 *
 * @throws ArgumentRangeError for fewer than two sizes, or an input that does not fit
 */
export function mlp(options: MlpOptions): Layer<MlpParams> {
  checkOptions(options, ['sizes', 'activation'], 'mlp');
  const { sizes, activation = 'relu' } = options;
  array(sizes, 'sizes', 'sizes', 'mlp');
  if (sizes.length < 2) throw outOfRange('at least two sizes', 'sizes of mlp', sizes, 'mlp');
  const between = ACTIVATIONS[activationName(activation, 'activation', 'mlp')]();
  const layers = sizes
    .slice(1)
    .map((outFeatures, i) => linear({ inFeatures: sizes[i] ?? 0, outFeatures }));
  return obeysLinearRules({
    init: (generator) => layers.map((layer) => layer.init(generator)),
    apply(params, input, context) {
      if (!Array.isArray(params) || params.length !== layers.length) {
        const expected = `an array of length ${layers.length}`;
        throw invalidArgument(expected, 'the parameters of mlp', params, 'mlp');
      }
      return params.reduce((x, own, i) => {
        const y = layers[i]?.apply(own, x, context) ?? x;
        return i === layers.length - 1 ? y : between.apply({}, y, context);
      }, input);
    },
    tasks: true,
  });
}
