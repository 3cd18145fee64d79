import {
  type GruCell,
  type GruCellParams,
  gruCell,
  type Layer,
  type LinearParams,
  linear,
} from '../../nn';
import { type Generator, type Tensor, torch } from '../../torch';
import { COPY_SLOTS } from './pair-tensors';

export type DecoderParams = {
  /** From the mean of the encoder's states to the first state. */
  bridge: LinearParams;
  cell: GruCellParams;
  /** What was read as the cell takes it beside a character, `[3·D, D]`. */
  feed: LinearParams;
  keys: LinearParams;
  /** Weighs where was read before, `[1, 5]`. */
  location: LinearParams;
  attentional: LinearParams;
  output: LinearParams;
  /** How probable it is that a character is written and not copied. */
  gate: LinearParams;
};

/** What a decoder reads while it writes. */
export type SourceMemory = {
  /** `[..., S, D]` */
  values: Tensor;
  /** `[..., S, D]` */
  keys: Tensor;
  /** 0, and so low that the weight is 0 for padding, `[..., S]`. */
  bias: Tensor;
  /** `[..., S]`, int64. */
  ids: Tensor;
};

/** What a decoder knows after some characters. */
export type DecoderState = {
  /** `[..., D]` */
  h: Tensor;
  /** What it has read, `[..., D]`. */
  context: Tensor;
  /** Where it has read that, `[..., S]`. */
  weights: Tensor;
};

/** Places before and after the one that was read last, of which each has its own weight. */
const [AFTER, BEFORE] = [3, 1];

export type DecoderSizes = {
  vocabularySize: number;
  /** Of a character's vector. */
  dimensions: number;
  /** D: of states, the encoder's and its own. */
  stateSize: number;
};

/**
 * A decoder with attention, one character after another:
 *
 *   h ← GRU([x; c], h);   a = softmax(hᵀ W v + w · (where was read before));   c = Σ a v
 *   p = g · softmax(V tanh(U [h; c])) + (1 − g) · (a, by the characters that stand there)
 *
 * Attention is `general` and its context fed back, as of Minh-Thang Luong, Hieu Pham, Christopher Manning:
 * Effective Approaches to Attention-based Neural Machine Translation, EMNLP 2015; that it knows where it has read is
 * of Jan Chorowski et al.: Attention-Based Models for Speech Recognition, NIPS 2015; that it copies, by g, of Abigail
 * See, Peter Liu, Christopher Manning: Get To The Point, ACL 2017.
 */
export class AttentionDecoder {
  readonly #cell: GruCell;
  readonly #layers: Readonly<Record<Exclude<keyof DecoderParams, 'cell'>, Layer<LinearParams>>>;

  constructor({ vocabularySize, dimensions, stateSize }: DecoderSizes) {
    const of = (inFeatures: number, outFeatures: number, bias = true) =>
      linear({ inFeatures, outFeatures, bias });
    this.#cell = gruCell({ inputSize: dimensions, hiddenSize: stateSize });
    this.#layers = {
      bridge: of(stateSize, stateSize),
      feed: of(stateSize, 3 * stateSize, false),
      keys: of(stateSize, stateSize, false),
      location: of(AFTER + 1 + BEFORE, 1, false),
      attentional: of(2 * stateSize, stateSize),
      output: of(stateSize, vocabularySize),
      gate: of(stateSize + dimensions, 1),
    };
  }

  init(generator: Generator): DecoderParams {
    const { bridge, feed, keys, location, attentional, output, gate } = this.#layers;
    return {
      bridge: bridge.init(generator),
      cell: this.#cell.init(generator),
      feed: feed.init(generator),
      keys: keys.init(generator),
      location: location.init(generator),
      attentional: attentional.init(generator),
      output: output.init(generator),
      gate: gate.init(generator),
    };
  }

  /** What the encoder has made of the source, `[..., S, D]`, and the state before the first character. */
  start(params: DecoderParams, values: Tensor, mask: Tensor, ids: Tensor) {
    const share = mask.div(mask.sum([-1], true).clampMin(1)).unsqueeze(-1);
    const h = this.#layers.bridge.apply(params.bridge, values.mul(share).sum([-2])).tanh();
    const bias = mask.sub(1).mul(NEVER);
    const memory: SourceMemory = {
      values,
      keys: this.#layers.keys.apply(params.keys, values),
      bias,
      ids,
    };
    const state: DecoderState = { h, context: h.zerosLike(), weights: mask.zerosLike() };
    return { memory, state };
  }

  /** Vectors of characters `[..., dimensions]` as a step takes them, for all steps at once. */
  project(params: DecoderParams, x: Tensor): Tensor {
    return this.#cell.project(params.cell, x);
  }

  /** Reads a character that was projected, and what it asks for of the source. */
  step(
    params: DecoderParams,
    memory: SourceMemory,
    state: DecoderState,
    projected: Tensor,
  ): DecoderState {
    const fed = projected.add(this.#layers.feed.apply(params.feed, state.context));
    const { h } = this.#cell.step(params.cell, fed, { h: state.h });
    const content = memory.keys.matmul(h.unsqueeze(-1));
    const around = torch
      .constantPadNd(state.weights, [AFTER, BEFORE])
      .unfold(-1, AFTER + 1 + BEFORE, 1);
    const scores = content.add(this.#layers.location.apply(params.location, around)).squeeze(-1);
    const weights = scores.add(memory.bias).softmax(-1);
    const context = weights.unsqueeze(-2).matmul(memory.values).squeeze(-2);
    return { h, context, weights };
  }

  /**
   * The natural logarithms of the probabilities of what comes next, `[..., L, V + COPY_SLOTS]`.
   *
   * @param read.states after each of L characters: h and context `[..., L, D]`, weights `[..., L, S]`
   * @param read.x the vectors of these characters, `[..., L, dimensions]`
   * @param drop dropout, while training
   */
  next(
    params: DecoderParams,
    { memory, states, x }: { memory: SourceMemory; states: DecoderState; x: Tensor },
    drop: (hidden: Tensor) => Tensor,
  ): Tensor {
    const { h, context, weights } = states;
    const { attentional, output, gate } = this.#layers;
    const joined = torch.cat([h, context], -1);
    const hidden = drop(attentional.apply(params.attentional, joined).tanh());
    const written = output.apply(params.output, hidden).softmax(-1);
    const share = gate.apply(params.gate, torch.cat([hidden, x], -1)).sigmoid();
    const all = torch.constantPadNd(written.mul(share), [0, COPY_SLOTS]);
    const places = memory.ids.unsqueeze(-2).expand(weights.shape);
    const copied = weights.mul(share.neg().add(1));
    return all.scatterAdd(-1, places, copied).add(LEAST).log();
  }
}

/** Of a score: its weight is 0, and its gradient finite. */
const NEVER = 1e9;
/** Keeps the logarithm of what is neither written nor copied finite. */
const LEAST = 1e-9;
