import { objectOf } from '../../check';
import {
  type Context,
  dropout,
  type EmbeddingParams,
  embedding,
  type GruParams,
  gru,
  type Layer,
  type Sequences,
} from '../../nn';
import { type Generator, type Tensor, torch } from '../../torch';
import { shapeOf, wrongShape } from '../../torch/check-tensors';
import {
  AttentionDecoder,
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
  readonly sizes: SequenceSizes;
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
  const parts = new SequenceParts(sizes);
  return {
    sizes,
    init: (generator) => parts.init(generator),
    encode: (...args) => parts.encode(...args),
    advance: (...args) => parts.advance(...args),
    apply: (...args) => torch.scope(() => parts.apply(...args)),
    tasks: true,
  };
}

class SequenceParts {
  readonly #sizes: SequenceSizes;
  readonly #table: Layer<EmbeddingParams>;
  readonly #reader: Layer<GruParams, Sequences>;
  readonly #decoder: AttentionDecoder;
  readonly #drop: (x: Tensor, context: Context | undefined) => Tensor;

  constructor(sizes: SequenceSizes) {
    const { vocabularySize, dimensions, hiddenSize } = sizes;
    const drop = dropout({ p: sizes.dropout });
    this.#sizes = sizes;
    this.#table = embedding({
      numEmbeddings: vocabularySize,
      embeddingDim: dimensions,
      scale: SCALE,
    });
    this.#reader = gru({ inputSize: dimensions, hiddenSize, bidirectional: true });
    this.#decoder = new AttentionDecoder({ vocabularySize, dimensions, stateSize: 2 * hiddenSize });
    this.#drop = (x, context) => drop.apply({}, x, context);
  }

  init(generator: Generator): SequenceParams {
    return {
      embedding: this.#table.init(generator),
      encoder: this.#reader.init(generator),
      decoder: this.#decoder.init(generator),
    };
  }

  encode(params: SequenceParams, ids: Tensor, context?: Context) {
    const { decoder } = objectOf(params, 'params', 'encoderDecoder');
    objectOf(decoder, 'params.decoder', 'encoderDecoder');
    const x = this.#vectors(params, ids, context);
    const mask = ids.ne(this.#sizes.padId).to(x.dtype);
    const values = this.#reader.apply(params.encoder, { x, mask }, context);
    return this.#decoder.start(decoder, values, mask, ids);
  }

  advance(params: SequenceParams, memory: SourceMemory, before: DecoderState, ids: Tensor) {
    const x = this.#vectors(params, ids);
    const projected = this.#decoder.project(params.decoder, x);
    const state = this.#decoder.step(params.decoder, memory, before, projected);
    const one = { memory, states: ofSteps([state]), x: x.unsqueeze(-2) };
    const logProbabilities = this.#decoder.next(params.decoder, one, (read) => read).squeeze(-2);
    return { state, logProbabilities };
  }

  apply(params: SequenceParams, inputs: Tensor, context?: Context): Tensor {
    const shape = shapeOf(inputs, 'inputs', 'encoderDecoder');
    if (shape.length < 3 || shape.at(-2) !== 2) {
      throw wrongShape('[..., 2, L]', 'inputs', shape, 'encoderDecoder');
    }
    const [sources, written] = inputs.unbind(-2) as [Tensor, Tensor];
    const { memory, state } = this.encode(params, sources, context);
    const x = this.#vectors(params, written, context);
    const states: DecoderState[] = [];
    for (const own of this.#decoder.project(params.decoder, x).unbind(-2)) {
      states.push(this.#decoder.step(params.decoder, memory, states.at(-1) ?? state, own));
    }
    const all = { memory, states: ofSteps(states), x };
    return this.#decoder.next(params.decoder, all, (read) => this.#drop(read, context));
  }

  /** The vectors of characters; those that can only be copied have that of unknown ones. */
  #vectors(params: SequenceParams, ids: Tensor, context?: Context): Tensor {
    const { vocabularySize, unknownId } = this.#sizes;
    const known = ids.maskedFill(ids.ge(vocabularySize), unknownId);
    return this.#drop(this.#table.apply(params.embedding, known, context), context);
  }
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
