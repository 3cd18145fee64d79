import { objectOf } from '../../check';
import type { Generator, Tensor } from '../../torch';
import { torch } from '../../torch';
import { dropout } from '../dropout';
import { normal, zeros } from '../init';
import type { Context } from '../layer';
import { type LayerNormParams, layerNorm } from '../layer-norm';
import { linear } from '../linear';
import type { LinearParams } from '../linear-params';

export type EncoderLayerParams = {
  attention: {
    /** Queries, keys and values in one product: `weight` `[3·D, D]`. */
    qkv: LinearParams;
    output: LinearParams;
    norm: LayerNormParams;
  };
  feedForward: { up: LinearParams; down: LinearParams; norm: LayerNormParams };
};

/** `gelu-tanh` is GELU by its approximation with tanh. */
export type TransformerActivation = 'gelu' | 'gelu-tanh' | 'relu';

export type EncoderLayerOptions = {
  /** D */
  dimensions: number;
  /** The size between the two layers of the feed-forward network. */
  hidden: number;
  activation: TransformerActivation;
  /** The share of the output of attention and of the network dropped while training. */
  dropout: number;
  /** ε of the normalisations. */
  eps: number;
  /** Standard deviation of initial weights. */
  scale: number;
};

/** Queries, keys and values of all tokens to what each token has seen. */
export type Attend = (qkv: Tensor, context?: Context) => Tensor;

export type EncoderLayer = {
  init(generator: Generator): EncoderLayerParams;
  apply(params: EncoderLayerParams, x: Tensor, attend: Attend, context?: Context): Tensor;
};

/**
 * A layer of a Transformer's encoder, normalised after each residual sum:
 * y = norm(x + attention(x)), and norm(y + down(activation(up(y)))). All but attention looks at tokens one
 * by one. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 */
export function encoderLayer(options: EncoderLayerOptions): EncoderLayer {
  const { dimensions, hidden, eps, scale } = options;
  const norm = layerNorm({ normalizedShape: dimensions, eps });
  const drop = dropout({ p: options.dropout });
  const qkv = linear({ inFeatures: dimensions, outFeatures: 3 * dimensions });
  const output = linear({ inFeatures: dimensions, outFeatures: dimensions });
  const up = linear({ inFeatures: dimensions, outFeatures: hidden });
  const down = linear({ inFeatures: hidden, outFeatures: dimensions });
  const fresh = (generator: Generator, outFeatures: number, inFeatures: number): LinearParams =>
    initialLinear(generator, outFeatures, inFeatures, scale);
  return {
    init: (generator) => ({
      attention: {
        qkv: fresh(generator, 3 * dimensions, dimensions),
        output: fresh(generator, dimensions, dimensions),
        norm: norm.init(generator),
      },
      feedForward: {
        up: fresh(generator, hidden, dimensions),
        down: fresh(generator, dimensions, hidden),
        norm: norm.init(generator),
      },
    }),
    apply: (params, x, attend, context) =>
      torch.scope(() => {
        const attention = objectOf(params.attention, 'attention in a layer', 'bert');
        const feedForward = objectOf(params.feedForward, 'feedForward in a layer', 'bert');
        const seen = attend(qkv.apply(attention.qkv, x, context), context);
        const attended = drop.apply({}, output.apply(attention.output, seen, context), context);
        const y = norm.apply(attention.norm, sum(attended, x), context);
        const between = activate(up.apply(feedForward.up, y, context), options.activation);
        const found = drop.apply({}, down.apply(feedForward.down, between, context), context);
        return norm.apply(feedForward.norm, sum(found, y), context);
      }),
  };
}

/** Normal weights `[out, in]` and a bias of zeros, as BERT starts. */
export function initialLinear(
  generator: Generator,
  outFeatures: number,
  inFeatures: number,
  scale: number,
): LinearParams {
  return {
    weight: normal([outFeatures, inFeatures], generator, { std: scale }),
    bias: zeros([outFeatures], generator),
  };
}

// Where nothing is recorded, what a layer has just made is written over: no one else has seen it.
function sum(made: Tensor, x: Tensor): Tensor {
  const inPlace = !torch.isGradEnabled() && made.dtype === x.dtype;
  return inPlace ? made.add_(x) : made.add(x);
}

function activate(made: Tensor, name: TransformerActivation): Tensor {
  const inPlace = !torch.isGradEnabled();
  if (name === 'relu') return inPlace ? made.relu_() : made.relu();
  const approximate = name === 'gelu' ? 'none' : 'tanh';
  return inPlace ? made.gelu_({ approximate }) : made.gelu({ approximate });
}
