import {
  flag,
  listOf,
  literal,
  objectOf,
  optional,
  positiveInteger,
  readData,
  required,
  strictObject,
  string,
} from '../../../check';
import { packTexts } from '../../../nn/transformer/packed-texts';
import { poolTexts } from '../../../nn/transformer/text-pooling';
import { type Tensor, torch } from '../../../torch';
import { shapeOf, wrongShape } from '../../../torch/check-tensors';
import { requireIdLists } from '../check-ids';
import { fingerprintOf } from '../fingerprint';
import type { EncoderSpec, TokenModel } from '../token-model';
import { NO_WORD, WordIds } from './word-ids';

export const KIND = 'word-vectors';

/** The square of the length below which a vector counts as this long. */
const LEAST_SQUARE = 1e-12;

export type WordVectorParams = {
  /** `[1 + words, D]`; the first row, that of a text without known words, is 0. */
  vectors: Tensor;
  /** With pooling `sif`: what each row counts, `[1 + words]`. */
  weights?: Tensor;
  /** With pooling `sif`, fitted on texts: the direction that is taken out, `[D]`. */
  component?: Tensor;
};

const specCheck = strictObject({
  kind: required(literal(KIND)),
  name: required(string),
  /** The words of the rows from 1 on. */
  words: required(listOf(string, 1)),
  lowerCase: required(flag),
  maxLength: required(positiveInteger),
  /** Where they were opened, for whoever opens them again; it decides on nothing. */
  folder: optional(string),
});

/** What `wordVectorModel` builds a model from, beside its parameters. */
export type WordVectorSpec = ReturnType<typeof specCheck>;

/**
 * The model of a spec on parameters at hand, for example those that another thread shares.
 *
 * @throws ArgumentTypeError for a spec of another kind; ArgumentRangeError if the parameters do not fit it
 */
export function wordVectorModel(
  spec: EncoderSpec,
  params: WordVectorParams,
): TokenModel<WordVectorParams> {
  const own = readData(specCheck, spec, 'the spec of word vectors', 'spec', 'wordVectorModel');
  const { folder: _, ...identity } = own;
  const { name, words, lowerCase, maxLength } = identity;
  const dimensions = dimensionsOf(params, words.length + 1);
  const ids = new WordIds(words, lowerCase);
  let fingerprint: string | undefined;
  return {
    name,
    spec: own,
    get fingerprint() {
      fingerprint ??= fingerprintOf(params, identity);
      return fingerprint;
    },
    params,
    dimensions,
    maxLength,
    tokenize: (text) => ids.encode(string(text, 'text', 'tokenize'), maxLength),
    knows: (list) => list.some((id) => id !== NO_WORD),
    embed(own, texts) {
      requireIdLists(texts, maxLength, 'embed');
      return texts.length === 0 ? torch.zeros([0, dimensions]) : pool(own, texts);
    },
  };
}

/** D, if the tensors have the shapes that the words ask for. */
function dimensionsOf(params: WordVectorParams, rows: number): number {
  const operator = 'wordVectorModel';
  const { vectors, weights, component } = objectOf(params, 'parameters', operator);
  const shape = shapeOf(vectors, 'vectors', operator);
  const [own, size = 0] = shape;
  if (shape.length !== 2 || own !== rows || size === 0) {
    throw wrongShape(`[${rows}, D]`, 'vectors', shape, operator);
  }
  for (const [tensor, name, length] of [
    [weights, 'weights', rows],
    [component, 'component', size],
  ] as const) {
    if (tensor === undefined) continue;
    const found = shapeOf(tensor, name, operator);
    if (found.length !== 1 || found[0] !== length) {
      throw wrongShape(`[${length}]`, name, found, operator);
    }
  }
  return size;
}

/** The mean of each text's words, weighted, without the common direction, and of length 1. */
function pool(params: WordVectorParams, texts: readonly Int32Array[]): Tensor {
  return torch.scope(() => {
    const sum = meanOf(params, texts);
    const { component } = params;
    const left =
      component === undefined ? sum : sum.sub(sum.matmul(component).unsqueeze(1).mul(component));
    const squares = left.square().sum([1], { keepdim: true });
    return left.mul(squares.clampMin(LEAST_SQUARE).rsqrt());
  });
}

/** The weighted mean of each text's words, `[n, D]`. */
export function meanOf(
  { vectors, weights }: Pick<WordVectorParams, 'vectors' | 'weights'>,
  texts: readonly Int32Array[],
): Tensor {
  return torch.scope(() => {
    const tokens = packTexts(texts);
    const words = torch.embedding(vectors, tokens.ids);
    const weighted =
      weights === undefined ? words : words.mul(weights.indexSelect(0, tokens.ids).unsqueeze(1));
    return poolTexts(weighted, tokens, ['mean']);
  });
}
