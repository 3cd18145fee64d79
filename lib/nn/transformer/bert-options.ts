import {
  array,
  flag,
  fraction,
  integerFrom,
  layerCount,
  notNegative,
  type OptionsOf,
  oneOf,
  optional,
  positiveFinite,
  positiveInteger,
  type ReadOptions,
  readOptions,
  required,
  stepCount,
  withDefault,
} from '../../check';
import { outOfRange } from '../../errors';
import type { TransformerActivation } from './encoder-layer';
import { TEXT_POOLINGS, type TextPooling } from './text-pooling';

/** A linear layer. */
export type LinearProjection = {
  outFeatures: number;
  /** Default: true. */
  bias?: boolean;
  /** Default: `none`. */
  activation?: 'none' | 'tanh' | 'relu' | 'gelu';
};

/** A layer after pooling: a linear one, or a normalisation as of `nn.layerNorm`. */
export type TextProjection = LinearProjection | 'layer-norm';

const schema = {
  /** V: rows of the table of words. */
  vocabularySize: required(positiveInteger),
  /** D: the size of a token's vector; a multiple of `heads`. */
  dimensions: required(positiveInteger),
  layers: required(layerCount),
  heads: required(positiveInteger),
  /** The size between the two layers of each feed-forward network. Default: 4·D. */
  hidden: optional(positiveInteger),
  /** Rows of the table of positions. Default: 512. */
  positions: withDefault(positiveInteger, 512),
  /** The row of a text's first token in that table; RoBERTa has 2. Default: 0. */
  positionOffset: withDefault(stepCount, 0),
  /**
   * The id of tokens that have no place of their own, as RoBERTa's padding: they stand in the row before
   * `positionOffset`, and those after them count on without them. Default: none.
   */
  paddingId: optional(stepCount),
  /** Rows of the table of token types; 0 for none. Default: 2. */
  tokenTypes: withDefault(stepCount, 2),
  /** Buckets of relative positions, as MPNet has them; 0 for none. Default: 0. */
  relativeBuckets: withDefault(stepCount, 0),
  /** `gelu`, `gelu-tanh` or `relu`. Default: `gelu`. */
  activation: withDefault<TransformerActivation>(oneOf('gelu', 'gelu-tanh', 'relu'), 'gelu'),
  /** ε of the normalisations. Default: 1e-12. */
  eps: withDefault(notNegative, 1e-12),
  /** The share of vectors dropped while training. Default: 0.1. */
  dropout: withDefault(fraction, 0.1),
  /** The share of attention's weights dropped while training. Default: 0.1. */
  attentionDropout: withDefault(fraction, 0.1),
  /**
   * How a text's vector comes from those of its tokens: `cls`, `max`, `mean`, `mean-sqrt`, `weighted-mean` or `last`, or
   * several of them, side by side. Default: `mean`.
   */
  pooling: withDefault<TextPooling | readonly TextPooling[]>(pooling, 'mean'),
  /** Layers on the text's vector. Default: none. */
  projections: withDefault<readonly TextProjection[]>(projections, []),
  /** Divide the text's vector by its length. Default: false. */
  normalize: withDefault(flag, false),
  /** Standard deviation of initial weights. Default: 0.02. */
  scale: withDefault(positiveFinite, 0.02),
};

export type BertOptions = OptionsOf<typeof schema>;

/** The options with all defaults. */
export type BertShape = Omit<ReadOptions<typeof schema>, 'pooling'> & {
  hidden: number;
  pooling: readonly TextPooling[];
};

export function bertShape(options: BertOptions): BertShape {
  const read = readOptions(schema, options, 'bert');
  const { dimensions, heads, positions, positionOffset, paddingId, relativeBuckets } = read;
  if (dimensions % heads !== 0) {
    throw outOfRange(`a divisor of ${dimensions}`, 'heads of bert', heads, 'bert');
  }
  integerFrom(0, positionOffset, 'positionOffset', 'bert', positions - 1);
  if (paddingId !== undefined && positionOffset === 0) {
    throw outOfRange('at least 1 with a paddingId', 'positionOffset of bert', 0, 'bert');
  }
  if (relativeBuckets !== 0 && (relativeBuckets < 4 || relativeBuckets % 4 !== 0)) {
    throw outOfRange('0 or a multiple of 4', 'relativeBuckets of bert', relativeBuckets, 'bert');
  }
  const poolings = typeof read.pooling === 'string' ? [read.pooling] : read.pooling;
  return { ...read, hidden: read.hidden ?? 4 * dimensions, pooling: poolings };
}

const onePooling = oneOf(...TEXT_POOLINGS);

function pooling(
  value: unknown,
  name: string,
  operator: string,
): TextPooling | readonly TextPooling[] {
  if (!Array.isArray(value)) return onePooling(value, name, operator);
  if (value.length === 0) throw outOfRange('at least one pooling', `${name} of ${operator}`, value);
  return value.map((one, i) => onePooling(one, `${name}[${i}]`, operator));
}

function projections(value: unknown, name: string, operator: string): readonly TextProjection[] {
  const list = array(value as readonly TextProjection[], 'projections', name, operator);
  for (const [i, one] of list.entries()) {
    if (one === 'layer-norm') continue;
    const where = `${operator}.${name}[${i}]`;
    readOptions(
      {
        outFeatures: required(positiveInteger),
        bias: optional(flag),
        activation: optional(oneOf('none', 'tanh', 'relu', 'gelu')),
      },
      one,
      where,
    );
  }
  return list;
}
