import { outOfRange } from '../../errors';
import { type LayerNormParams, type LinearParams, layerNorm, linear } from '../../nn';
import type { TokenBatch, TokenStates, TrainableEncoder } from '../../text';
import { leaves, type Tensor, type Tree, torch } from '../../torch';
import { maskTokens } from './mask-tokens';
import type { Objective } from './objective';

type HeadParams = {
  dense: LinearParams;
  norm: LayerNormParams;
  /** One number for each word, `[V]`. */
  bias: Tensor;
};

const EPS = 1e-12;

/**
 * Hidden words are guessed from those around them, by the encoder's own table of words. Jacob Devlin et al.:
 * BERT: Pre-training of Deep Bidirectional Transformers, NAACL 2019, https://arxiv.org/abs/1810.04805
 *
 * @param share of words that are guessed
 * @throws ArgumentRangeError for an encoder without vectors of single words, or without a mark that hides one
 */
export function maskedWords(encoder: TrainableEncoder, share: number, operator: string): Objective {
  const { tokens } = encoder;
  if (tokens === undefined) {
    const expected = 'an encoder that has vectors of single words';
    throw outOfRange(expected, `encoder of ${operator}`, 'another', operator);
  }
  const specials = new Set(tokens.specials);
  const how = { ...tokens, vocabularySize: tokens.vocabularySize, specials, share };
  return {
    init: (generator, params) => {
      const [states, size] = sizesOf(tokens, params);
      return {
        dense: linear({ inFeatures: states, outFeatures: size }).init(generator),
        norm: layerNorm({ normalizedShape: size, eps: EPS }).init(generator),
        bias: torch.zeros([tokens.vocabularySize], { device: generator.device }),
      };
    },
    loss: ({ encoder: params, own }, { texts, random, context }) =>
      torch.scope(() => {
        const { ids, mask } = encoder.vectorizer.vectorize(texts) as TokenBatch;
        const flat = Int32Array.from(ids.flatten().data(), Number);
        const marks = Float32Array.from(mask.flatten().data(), Number);
        const hidden = maskTokens(flat, marks, how, random);
        // Texts without a word that could be guessed teach nothing.
        if (hidden.places.length === 0) return noLoss(params);
        const masked = torch.tensor(hidden.ids, { shape: ids.shape });
        const states = tokens.hidden(params, { ids: masked, mask }, context);
        const guessed = states.flatten(0, -2).indexSelect(0, numbers(hidden.places));
        const logits = headLogits(own as HeadParams, guessed, tokens.table(params));
        return logits.crossEntropyLoss(numbers(hidden.targets));
      }),
  };
}

function headLogits({ dense, norm, bias }: HeadParams, states: Tensor, table: Tensor): Tensor {
  const x = torch.linear(states, dense.weight, dense.bias ?? null).gelu();
  const y = layerNorm({ normalizedShape: x.size(-1), eps: EPS }).apply(norm, x);
  return torch.linear(y, table, bias);
}

/** The sizes of a token's vector from the encoder, and of one in its table. */
function sizesOf(tokens: TokenStates, params: Tree): [number, number] {
  return torch.scope(() =>
    torch.noGrad(() => {
      const ids = torch.tensor(Int32Array.of(tokens.maskId), { shape: [1, 1] });
      const states = tokens.hidden(params, { ids, mask: torch.ones([1, 1]) });
      return [states.size(-1), tokens.table(params).size(-1)];
    }),
  );
}

/** A loss that moves nothing. */
function noLoss(params: Tree): Tensor {
  const [first] = leaves(params);
  return first === undefined ? torch.zeros([]) : first.sum().mul(0);
}

function numbers(values: readonly number[]): Tensor {
  return torch.tensor(BigInt64Array.from(values, BigInt));
}
