import type { Generator, Tensor } from '../../torch';
import type { Context } from '../layer';
import { layerNorm } from '../layer-norm';
import { linear } from '../linear';
import type { LinearParams } from '../linear-params';
import type { BertShape, LinearProjection, TextProjection } from './bert-options';
import { initialLinear } from './encoder-layer';

/** What becomes of a pooled vector. */
export type TextProjections = {
  readonly outFeatures: number;
  init(generator: Generator): LinearParams[];
  apply(params: LinearParams[] | undefined, x: Tensor, context?: Context): Tensor;
};

/** The shortest vector that is not lengthened, as in PyTorch's `normalize`. */
const SHORTEST = 1e-12;

/** The layers on a pooled vector, `[…, k·D]` of k poolings, and its normalisation, where a model has them. */
export function textProjections(shape: BertShape): TextProjections {
  const { dimensions, pooling, projections, normalize, scale } = shape;
  let outFeatures = dimensions * pooling.length;
  const layers = projections.map((one) => {
    const layer = projection(one, outFeatures, scale);
    outFeatures = layer.outFeatures;
    return layer;
  });
  return {
    outFeatures,
    init: (generator) => layers.map((layer) => layer.init(generator)),
    apply(params = [], x, context) {
      let y = x;
      for (const [i, layer] of layers.entries()) {
        const own = params[i];
        if (own === undefined) throw new RangeError(`Expected parameters of projection ${i}`);
        y = layer.apply(own, y, context);
      }
      return normalize ? y.div(y.norm(2, [-1], true).clampMin(SHORTEST)) : y;
    },
  };
}

/** One of the layers. */
type Projection = {
  readonly outFeatures: number;
  init(generator: Generator): LinearParams;
  apply(params: LinearParams, x: Tensor, context?: Context): Tensor;
};

function projection(one: TextProjection, inFeatures: number, scale: number): Projection {
  if (one === 'layer-norm') return normalisation(inFeatures);
  const { outFeatures, bias = true, activation = 'none' } = one;
  const layer = linear({ inFeatures, outFeatures, bias });
  return {
    outFeatures,
    init(generator) {
      const own = initialLinear(generator, outFeatures, inFeatures, scale);
      return bias ? own : { weight: own.weight };
    },
    apply: (params, x, context) => activate(layer.apply(params, x, context), activation),
  };
}

function normalisation(size: number): Projection {
  const layer = layerNorm({ normalizedShape: size });
  return {
    outFeatures: size,
    init: (generator) => layer.init(generator),
    apply({ weight, bias }, x, context) {
      if (bias === undefined) throw new RangeError('Expected the bias of a normalisation');
      return layer.apply({ weight, bias }, x, context);
    },
  };
}

function activate(x: Tensor, name: NonNullable<LinearProjection['activation']>): Tensor {
  if (name === 'none') return x;
  return name === 'tanh' ? x.tanh() : name === 'relu' ? x.relu() : x.gelu();
}
