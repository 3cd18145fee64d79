import {
  type EmbeddingParams,
  embedding,
  type LinearParams,
  type LstmParams,
  linear,
  lstm,
} from '../../nn';
import type { TrainableEncoder } from '../../text';
import { encodeBatch } from '../../text/encode-batch';
import { languageWords } from '../../text/language-models/language-words';
import type { RandomSource } from '../../text/random-source';
import { type Tensor, torch } from '../../torch';
import type { Objective } from './objective';

type DecoderParams = {
  words: EmbeddingParams;
  /** From a text's vector to what the decoder sees at every step. */
  text: LinearParams;
  reader: LstmParams;
  output: LinearParams;
};

/** The size of the decoder's vectors and of its state. */
const SIZE = 128;
const SCALE = 0.1;
const SPACES = /\s+/u;
/** Words of a text that are written again, at most. */
const MOST_WORDS = 64;

/**
 * A text is written again from the vector of what is left of it when words are taken out. So the vector
 * has to hold all that matters. Felix Hill et al.: Learning Distributed Representations of Sentences from
 * Unlabelled Data, NAACL 2016, https://arxiv.org/abs/1602.03483; the noise is that of Kexin Wang et al.: TSDAE,
 * Findings of EMNLP 2021, https://arxiv.org/abs/2104.06979. The decoder is an LSTM that reads the vector with every
 * word.
 *
 * @param share of words that are taken out
 */
export function denoising(
  encoder: TrainableEncoder,
  texts: readonly string[],
  share: number,
  operator: string,
): Objective {
  const words = languageWords(texts, { minCount: 2 }, operator);
  const { size } = words.vocabulary;
  const table = embedding({ numEmbeddings: size, embeddingDim: SIZE, scale: SCALE });
  const reader = lstm({ inputSize: 2 * SIZE, hiddenSize: SIZE });
  const project = linear({ inFeatures: encoder.dimensions, outFeatures: SIZE });
  const output = linear({ inFeatures: SIZE, outFeatures: size });
  return {
    init: (generator) => ({
      words: table.init(generator),
      text: project.init(generator),
      reader: reader.init(generator),
      output: output.init(generator),
    }),
    loss: ({ encoder: params, own }, { texts: some, random, context }) =>
      torch.scope(() => {
        const decoder = own as DecoderParams;
        const noisy = some.map((text) => withoutWords(text, share, random));
        const vectors = encoder.layer.apply(params, encoder.vectorizer.vectorize(noisy), context);
        const sequences = some.map((text) => words.sequenceOf(text).subarray(0, MOST_WORDS + 2));
        const read = encodeBatch(sequences.map((ids) => ids.subarray(0, -1)));
        const next = encodeBatch(sequences.map((ids) => ids.subarray(1)));
        const mask = torch.tensor(read.mask, { shape: read.shape });
        const before = table.apply(decoder.words, torch.tensor(read.ids, { shape: read.shape }));
        const seen = project.apply(decoder.text, vectors).unsqueeze(1).expandAs(before);
        const h = reader.apply(decoder.reader, { x: torch.cat([before, seen], -1), mask });
        const places = placesOf(read.mask);
        const logits = output.apply(decoder.output, h.flatten(0, 1).indexSelect(0, places));
        const targets = torch.tensor(BigInt64Array.from(next.ids, BigInt)).indexSelect(0, places);
        return logits.crossEntropyLoss(targets);
      }),
  };
}

/** The text without a share of its words, but with one at least. */
export function withoutWords(text: string, share: number, random: RandomSource): string {
  const words = text.split(SPACES).filter((word) => word !== '');
  if (words.length === 0) return text;
  const kept = words.filter(() => random.nextFloat() >= share);
  return (kept.length > 0 ? kept : [words[random.int(words.length)] ?? '']).join(' ');
}

function placesOf(mask: Float32Array): Tensor {
  const places: bigint[] = [];
  for (let i = 0; i < mask.length; i++) if (mask[i] === 1) places.push(BigInt(i));
  return torch.tensor(BigInt64Array.from(places));
}
