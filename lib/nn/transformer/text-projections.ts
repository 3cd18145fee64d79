import type { Generator, Tensor } from '../../torch';
import type { Context } from '../layer';
import { linear } from '../linear';
import type { LinearParams } from '../linear-params';
import type { BertShape, TextProjection } from './bert-options';
import { initialLinear } from './encoder-layer';

/** What becomes of a pooled vector. */
export type TextProjections = {
  readonly outFeatures: number;
  init(generator: Generator): LinearParams[];
  apply(params: LinearParams[] | undefined, x: Tensor, context?: Context): Tensor;
};

/** The shortest vector that is not lengthened, as in PyTorch's `normalize`. */
const SHORTEST = 1e-12;

/** The linear layers on a pooled vector, `[…, D]`, and its normalisation, where a model has them. */
export function textProjections(shape: BertShape): TextProjections {
  const { dimensions, projections, normalize, scale } = shape;
  let inFeatures = dimensions;
  const layers = projections.map(({ outFeatures, bias = true, activation = 'none' }) => {
    const sizes = { inFeatures, outFeatures };
    inFeatures = outFeatures;
    return { sizes, bias, activation, layer: linear({ ...sizes, bias }) };
  });
  return {
    outFeatures: inFeatures,
    init: (generator) =>
      layers.map(({ sizes, bias }) => {
        const own = initialLinear(generator, sizes.outFeatures, sizes.inFeatures, scale);
        return bias ? own : { weight: own.weight };
      }),
    apply(params = [], x, context) {
      let y = x;
      for (const [i, { layer, activation }] of layers.entries()) {
        const own = params[i];
        if (own === undefined) throw new RangeError(`Expected parameters of projection ${i}`);
        y = activate(layer.apply(own, y, context), activation);
      }
      return normalize ? y.div(y.norm(2, [-1], true).clampMin(SHORTEST)) : y;
    },
  };
}

function activate(x: Tensor, name: NonNullable<TextProjection['activation']>): Tensor {
  if (name === 'none') return x;
  return name === 'tanh' ? x.tanh() : name === 'relu' ? x.relu() : x.gelu();
}
