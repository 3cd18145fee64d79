import {
  type Context,
  dropout,
  type EmbeddingParams,
  embedding,
  type GruParams,
  gru,
  type Layer,
} from '../../nn';
import { type Tensor, torch } from '../../torch';
import { shapeOf, wrongShape } from '../../torch/check-tensors';
import {
  attentionDecoder,
  type DecoderParams,
  type DecoderState,
  type SourceMemory,
} from './attention-decoder';

export type SequenceParams = {
  embedding: EmbeddingParams;
  encoder: GruParams;
  decoder: DecoderParams;
};

export type SequenceSizes = {
  vocabularySize: number;
  dimensions: number;
  hiddenSize: number;
  dropout: number;
  padId: number;
  unknownId: number;
};

/** An encoder–decoder as a layer, and its parts for writing one character after another. */
export type SequenceLayer = Layer<SequenceParams> & {
  /** Ids of sources `[..., S]` as the decoder reads them. */
  encode(
    params: SequenceParams,
    ids: Tensor,
    context?: Context,
  ): { memory: SourceMemory; state: DecoderState };
  /** Reads the characters before, ids `[...]`; the logarithms of what comes next, `[..., V + COPY_SLOTS]`. */
  advance(
    params: SequenceParams,
    memory: SourceMemory,
    state: DecoderState,
    ids: Tensor,
  ): { state: DecoderState; logProbabilities: Tensor };
};

/** Vectors of characters start small. */
const SCALE = 0.1;

/**
 * Bidirectional GRU, then a decoder with attention that may copy: inputs `[..., 2, L]` of `pairTensors` give the
 * logarithms of the probabilities of what comes next, `[..., L, V + COPY_SLOTS]`. With a task axis inputs are
 * `[T, n, 2, L]`.
 */
export function sequenceLayer(sizes: SequenceSizes): SequenceLayer {
  const { vocabularySize, dimensions, hiddenSize, padId, unknownId } = sizes;
  const table = embedding({
    numEmbeddings: vocabularySize,
    embeddingDim: dimensions,
    scale: SCALE,
  });
  const reader = gru({ inputSize: dimensions, hiddenSize, bidirectional: true });
  const decoder = attentionDecoder({ vocabularySize, dimensions, stateSize: 2 * hiddenSize });
  const drop = dropout({ p: sizes.dropout });

  const vectors = (params: SequenceParams, ids: Tensor, context?: Context): Tensor => {
    const known = ids.maskedFill(ids.ge(vocabularySize), unknownId);
    return drop.apply({}, table.apply(params.embedding, known, context), context);
  };
  const encode: SequenceLayer['encode'] = (params, ids, context) => {
    const x = vectors(params, ids, context);
    const mask = ids.ne(padId).to(x.dtype);
    const values = reader.apply(params.encoder, { x, mask }, context);
    return decoder.start(params.decoder, values, mask, ids);
  };
  return {
    init: (generator) => ({
      embedding: table.init(generator),
      encoder: reader.init(generator),
      decoder: decoder.init(generator),
    }),
    encode,
    advance(params, memory, before, ids) {
      const x = vectors(params, ids);
      const projected = decoder.project(params.decoder, x);
      const state = decoder.step(params.decoder, memory, before, projected);
      const steps = ofSteps([state]);
      const all = decoder.next(params.decoder, memory, steps, x.unsqueeze(-2), (read) => read);
      const logProbabilities = all.squeeze(-2);
      return { state, logProbabilities };
    },
    apply: (params, inputs, context) =>
      torch.scope(() => {
        const shape = shapeOf(inputs, 'inputs', 'encoderDecoder');
        if (shape.length < 3 || shape.at(-2) !== 2) {
          throw wrongShape('[..., 2, L]', 'inputs', shape, 'encoderDecoder');
        }
        const [sources, written] = inputs.unbind(-2) as [Tensor, Tensor];
        const { memory, state } = encode(params, sources, context);
        const x = vectors(params, written, context);
        const states: DecoderState[] = [];
        for (const own of decoder.project(params.decoder, x).unbind(-2)) {
          states.push(decoder.step(params.decoder, memory, states.at(-1) ?? state, own));
        }
        const dropped = (read: Tensor) => drop.apply({}, read, context);
        return decoder.next(params.decoder, memory, ofSteps(states), x, dropped);
      }),
    tasks: true,
  };
}

/** States `[..., D]` of L steps as `[..., L, D]`. */
function ofSteps(states: readonly DecoderState[]): DecoderState {
  const joined = (of: (state: DecoderState) => Tensor) => torch.stack(states.map(of), -2);
  return {
    h: joined(({ h }) => h),
    context: joined(({ context }) => context),
    weights: joined(({ weights }) => weights),
  };
}
