import { array } from '../../check';
import { outOfRange } from '../../errors';
import { type Generator, type Tensor, torch } from '../../torch';
import { requireTensor } from '../../torch/check-tensors';
import { type EmbeddingParams, embedding } from '../embedding';
import type { Context, Layer } from '../layer';
import type { LinearParams } from '../linear-params';
import { attendTexts } from './attend-texts';
import { type BertOptions, type BertShape, bertShape } from './bert-options';
import { type EncoderLayerParams, encoderLayer } from './encoder-layer';
import { type PaddedTexts, packTexts, type TokenIds, type Tokens } from './packed-texts';
import { relativeBuckets } from './relative-positions';
import { type TextEmbeddingsParams, textEmbeddings } from './text-embeddings';
import { padLike, poolTexts } from './text-pooling';
import { textProjections } from './text-projections';
import { recordedIfNeeded, tokensOf } from './tokens-of';

export type BertParams = {
  embeddings: TextEmbeddingsParams;
  /** One bias for each bucket of relative positions and head, `[buckets, H]`, for all layers. */
  relativePositions?: EmbeddingParams;
  layers: EncoderLayerParams[];
  projections?: LinearParams[];
};

/** A Transformer's encoder for texts, in the parts that other programs call by themselves. */
export interface Bert extends Layer<BertParams, TokenIds> {
  /** The size of a text's vector: D, or that of the last projection. */
  readonly outFeatures: number;
  /** The most tokens of a text. */
  readonly maxLength: number;
  /** The options with all defaults. */
  readonly shape: BertShape;
  readonly tasks: true;
  /** The vectors of the last layer, `[…, n, L, D]`; zeros at padding. */
  hiddenStates(params: BertParams, input: TokenIds, context?: Context): Tensor;
  /** Texts as lists of ids, which need no padding, to their vectors `[n, outFeatures]`. */
  encode(params: BertParams, texts: readonly Int32Array[], context?: Context): Tensor;
}

/**
 * BERT and its relatives: ids and mask `[…, n, L]` give a vector for each text, `[…, n, D]`. With other
 * options it is RoBERTa, XLM-R, DistilBERT or MPNet.
 *
 * Parameters that all tasks share see the tokens packed: what works on single tokens sees no padding, and
 * texts of similar length attend together. Those of each task's own, `[T, …]`, take ids `[T, n, L]`.
 *
 * Devlin et al.: BERT, NAACL 2019, https://arxiv.org/abs/1810.04805. Liu et al.: RoBERTa, 2019,
 * https://arxiv.org/abs/1907.11692. Song et al.: MPNet, NeurIPS 2020, https://arxiv.org/abs/2004.09297.
 * Sanh et al.: DistilBERT, 2019, https://arxiv.org/abs/1910.01108. Pooling as in Reimers and Gurevych:
 * Sentence-BERT, EMNLP 2019, https://arxiv.org/abs/1908.10084.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for a wrong option, texts of more than `maxLength`
 *   tokens, or ids beyond the vocabulary
 */
export function bert(options: BertOptions): Bert {
  const shape = bertShape(options);
  const parts = partsOf(shape);
  const { head } = parts;
  const width = shape.dimensions * shape.pooling.length;
  const maxLength = shape.positions - shape.positionOffset;
  const forward = (params: BertParams, tokens: Tokens, context?: Context): Tensor => {
    requireLength(tokens, maxLength);
    return hidden(shape, parts, params, tokens, context);
  };
  const pooled = (params: BertParams, tokens: Tokens, context?: Context): Tensor =>
    head.apply(
      params.projections,
      poolTexts(forward(params, tokens, context), tokens, shape.pooling),
      context,
    );
  return {
    init: (generator) => initial(shape, parts, generator),
    apply: (params, input, context) =>
      torch.scope(() => {
        const tokens = tokensOf(params, input, 'bert', shape.paddingId);
        const lead = input.ids.shape.slice(0, -1);
        const x = forward(params, tokens, context);
        const texts = poolTexts(x, tokens, shape.pooling).view([...lead, width]);
        return head.apply(params.projections, texts, context);
      }),
    hiddenStates: (params, input, context) =>
      torch.scope(() => {
        const tokens = tokensOf(params, input, 'bert', shape.paddingId);
        return padLike(forward(params, tokens, context), tokens, input.ids);
      }),
    encode: (params, texts, context) =>
      torch.scope(() =>
        pooled(params, packTexts(texts, wordsOf(params).device, shape.paddingId), context),
      ),
    outFeatures: head.outFeatures,
    maxLength,
    shape,
    tasks: true,
  };
}

type Parts = ReturnType<typeof partsOf>;

function partsOf(shape: BertShape) {
  const { relativeBuckets: buckets, heads, scale } = shape;
  return {
    embeddings: textEmbeddings(shape),
    layer: encoderLayer(shape),
    relative:
      buckets === 0 ? undefined : embedding({ numEmbeddings: buckets, embeddingDim: heads, scale }),
    head: textProjections(shape),
  };
}

function initial(shape: BertShape, parts: Parts, generator: Generator): BertParams {
  const { embeddings, relative, layer, head } = parts;
  return {
    embeddings: embeddings.init(generator),
    ...(relative !== undefined && { relativePositions: relative.init(generator) }),
    layers: Array.from({ length: shape.layers }, () => layer.init(generator)),
    ...(shape.projections.length > 0 && { projections: head.init(generator) }),
  };
}

function hidden(
  shape: BertShape,
  parts: Parts,
  params: BertParams,
  tokens: Tokens,
  context?: Context,
): Tensor {
  const { embeddings, relative, layer } = parts;
  wordsOf(params);
  return torch.scope(() => {
    let x = recordedIfNeeded(undefined, params.embeddings, () =>
      embeddings.apply(params.embeddings, tokens, context),
    );
    const biasOf = ({ texts, length }: PaddedTexts): Tensor | undefined => {
      if (relative === undefined || params.relativePositions === undefined) return undefined;
      return relativeBias(params.relativePositions, shape.relativeBuckets, texts, length);
    };
    const attend = attendTexts(shape, tokens, x, { context, biasOf });
    for (const own of array(params.layers, 'layers', 'parameters', 'bert')) {
      const before = x;
      x = recordedIfNeeded(before, [own, params.relativePositions ?? []], () =>
        layer.apply(own, before, attend, context),
      );
      before.dispose();
    }
    return x;
  });
}

/** The bias of each pair of tokens, `[texts or 1, H, L, L]`. */
function relativeBias(
  own: EmbeddingParams,
  buckets: number,
  texts: number,
  length: number,
): Tensor {
  return torch.scope(() => {
    const name = 'relativePositions.weight of the parameters';
    const weight = requireTensor(Object(own).weight, name, 'bert');
    const places = relativeBuckets(length, buckets, weight.device).flatten();
    const bias = weight.indexSelect(-2, places).mT.unflatten(-1, [length, length]).unsqueeze(-4);
    if (weight.ndim === 2) return bias;
    return bias.repeatInterleave(texts / weight.size(0), 0).flatten(0, 1);
  });
}

/** The table of words. @throws ArgumentTypeError if the parameters have none */
function wordsOf(params: BertParams): Tensor {
  const words = params?.embeddings?.words?.weight;
  return requireTensor(words, 'embeddings.words.weight of the parameters', 'bert');
}

function requireLength({ groups }: Tokens, maxLength: number): void {
  for (const { length } of groups) {
    if (length > maxLength) {
      throw outOfRange(`at most ${maxLength} tokens`, 'a text of bert', length, 'bert');
    }
  }
}
