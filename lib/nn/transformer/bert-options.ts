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
import type { TextPooling } from './text-pooling';

/** A linear layer after pooling. */
export type TextProjection = {
  outFeatures: number;
  /** Default: true. */
  bias?: boolean;
  /** Default: `none`. */
  activation?: 'none' | 'tanh' | 'relu' | 'gelu';
};

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
  /** How a text's vector comes from those of its tokens: `cls`, `mean` or `max`. Default: `mean`. */
  pooling: withDefault<TextPooling>(oneOf('cls', 'mean', 'max'), 'mean'),
  /** Linear layers on the text's vector. Default: none. */
  projections: withDefault<readonly TextProjection[]>(projections, []),
  /** Divide the text's vector by its length. Default: false. */
  normalize: withDefault(flag, false),
  /** Standard deviation of initial weights. Default: 0.02. */
  scale: withDefault(positiveFinite, 0.02),
};

export type BertOptions = OptionsOf<typeof schema>;

/** The options with all defaults. */
export type BertShape = ReadOptions<typeof schema> & { hidden: number };

export function bertShape(options: BertOptions): BertShape {
  const read = readOptions(schema, options, 'bert');
  const { dimensions, heads, positions, positionOffset, relativeBuckets } = read;
  if (dimensions % heads !== 0) {
    throw outOfRange(`a divisor of ${dimensions}`, 'heads of bert', heads, 'bert');
  }
  integerFrom(0, positionOffset, 'positionOffset', 'bert', positions - 1);
  if (relativeBuckets !== 0 && (relativeBuckets < 4 || relativeBuckets % 4 !== 0)) {
    throw outOfRange('0 or a multiple of 4', 'relativeBuckets of bert', relativeBuckets, 'bert');
  }
  return { ...read, hidden: read.hidden ?? 4 * dimensions };
}

function projections(value: unknown, name: string, operator: string): readonly TextProjection[] {
  const list = array(value as readonly TextProjection[], 'projections', name, operator);
  for (const [i, one] of list.entries()) {
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
