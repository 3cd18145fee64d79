/**
 * Adam Santoro, Sergey Bartunov, Matthew Botvinick, Daan Wierstra, Timothy Lillicrap: Meta-Learning
 * with Memory-Augmented Neural Networks, ICML 2016, https://arxiv.org/abs/1605.06065
 *
 *   hₜ = LSTM([f(xₜ); yₜ₋₁; rₜ₋₁], hₜ₋₁);   kₜ = tanh(W_k hₜ + b_k);   g = σ(W_g hₜ + b_g)
 *   write:  w^w ← g w^r + (1 − g) w^lu;   M ← M without the least used + w^wᵀ kₜ
 *   read:   w^r ← softmax over slots of cos(kₜ, M);   rₜ = w^r M;   w^u ← γ w^u + w^r + w^w
 *   logits: W_o [hₜ; rₜ] + b_o
 *
 * A label comes one step after its input, so that it has to be bound to it in memory.
 */
import { type Layer, type LinearParams, type LstmCellParams, linear, lstmCell } from '../nn';
import { numberWhere, positiveInteger } from '../nn/check';
import { type Generator, mapTree, type Tensor, type Tree, torch } from '../torch';
import { type Examples, IGNORED } from './episode';
import { type AdaptOptions, type Learner, recording } from './learner';
import { access, type Memory, type MemorySizes } from './least-recently-used';
import { membership } from './task-loss';

export type MannOptions<E extends Tree, I extends Tree> = {
  /** f: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<E, I>;
  /** D: the size of the embeddings. */
  dimensions: number;
  /** N: the ways; the controller sees labels one-hot, so that it cannot change. */
  ways: number;
  /** The size of the LSTM. Default: 200. */
  hiddenSize?: number;
  /** The numbers of M's rows. Default: 128. */
  slots?: number;
  /** The size of each. Default: 40. */
  wordSize?: number;
  /** Heads, each with a key of its own; the i-th writes to the i-th least used slot. Default: 4. */
  reads?: number;
  /** γ: how fast use is forgotten, in [0, 1]. Default: 0.95. */
  decay?: number;
};

export type MannParams<E extends Tree> = NetworkParams & { encoder: E };

type NetworkParams = {
  controller: LstmCellParams;
  key: LinearParams;
  gate: LinearParams;
  output: LinearParams;
};

/** What lies between two steps of B sequences; `label` `[B, N]` is that of the input before. */
export type MannState = Memory & { h: Tensor; c: Tensor; label: Tensor };
export type MannAdapted<E extends Tree> = { params: MannParams<E>; state: MannState };

/** A learner that can also be asked at every step of a sequence. */
export interface Mann<E extends Tree, I extends Tree>
  extends Learner<MannParams<E>, MannAdapted<E>, I> {
  /** The logits `[T, n, N]` for each of n examples before its own label is told: the paper's training. */
  sequence(params: MannParams<E>, examples: Examples<I>, options?: AdaptOptions): Tensor;
}

/**
 * Memory-augmented neural networks. `adapt` presents the support set in its order; each query is
 * presented to what memory then holds, and forgotten again.
 *
 * @throws ArgumentRangeError if a size is no positive integer, or γ is not in [0, 1]
 */
export function mann<E extends Tree, I extends Tree = Tensor>(
  options: MannOptions<E, I>,
): Mann<E, I> {
  const { encoder } = options;
  const sizes = checkSizes(options);
  const { ways } = sizes;
  const network = memoryNetwork(sizes);

  const present = (params: MannParams<E>, { inputs, labels }: Examples<I>, own: AdaptOptions) => {
    const embedded = encoder.apply(params.encoder, inputs, own);
    const answers = membership(labels, ways, embedded).unbind(1);
    const there = anyIgnored(labels) ? labels.ne(IGNORED).unbind(1) : undefined;
    const logits: Tensor[] = [];
    let state = emptyState(embedded, sizes);
    for (const [i, x] of embedded.unbind(1).entries()) {
      const next = network.step(params, x, state);
      logits.push(next.logits);
      const told = { ...next.state, label: answers[i] ?? next.state.label };
      state = there?.[i] ? keepWhere(there[i], told, state) : told;
    }
    return { logits, state };
  };
  return {
    init: (generator) => ({
      encoder: encoder.init(generator),
      ...network.init(generator),
    }),
    sequence: (params, examples, own = {}) =>
      recording(own, () => torch.stack(present(params, examples, own).logits, 1)),
    adapt: (params, support, _ways, own = {}) =>
      recording(own, () => ({ params, state: present(params, support, own).state })),
    predict: ({ params, state }, inputs, own = {}) =>
      recording(own, () => {
        const embedded = encoder.apply(params.encoder, inputs, own);
        const queries = embedded.size(1);
        const each = mapTree(([tensor]) => tensor.repeatInterleave(queries, 0), state);
        return network
          .step(params, embedded.flatten(0, 1), each)
          .logits.unflatten(0, [-1, queries]);
      }),
  };
}

/** One step of the formulas above, for B sequences at once. */
function memoryNetwork({ dimensions, ways, hiddenSize, wordSize, reads, decay }: Sizes) {
  const words = reads * wordSize;
  const controller = lstmCell({ inputSize: dimensions + ways + words, hiddenSize });
  const key = linear({ inFeatures: hiddenSize, outFeatures: words });
  const gate = linear({ inFeatures: hiddenSize, outFeatures: reads });
  const output = linear({ inFeatures: hiddenSize + words, outFeatures: ways });
  return {
    init: (generator: Generator): NetworkParams => ({
      controller: controller.init(generator),
      key: key.init(generator),
      gate: gate.init(generator),
      output: output.init(generator),
    }),
    step(params: NetworkParams, x: Tensor, state: MannState) {
      const input = torch.cat([x, state.label, state.read], -1);
      const projected = controller.project(params.controller, input);
      const { h, c } = controller.step(params.controller, projected, state);
      const keys = key.apply(params.key, h).tanh().unflatten(-1, [reads, wordSize]);
      const open = gate.apply(params.gate, h).sigmoid().unsqueeze(-1);
      const memory = access(state, keys, open, decay);
      const logits = output.apply(params.output, torch.cat([h, memory.read], -1));
      return { logits, state: { ...memory, h, c, label: state.label } };
    },
  };
}

type Sizes = MemorySizes & { dimensions: number; ways: number; hiddenSize: number; decay: number };

function checkSizes<E extends Tree, I extends Tree>(options: MannOptions<E, I>): Sizes {
  const { dimensions, ways, hiddenSize = 200, slots = 128, wordSize = 40, reads = 4 } = options;
  const sizes = { dimensions, ways, hiddenSize, slots, wordSize, reads };
  for (const [name, value] of Object.entries(sizes)) positiveInteger(value, name, 'mann');
  numberWhere((n) => n <= slots, 'at most the number of slots', reads, 'reads', 'mann');
  const unit = (value: number) => value >= 0 && value <= 1;
  const decay = numberWhere(unit, 'a number in [0, 1]', options.decay ?? 0.95, 'decay', 'mann');
  return { ...sizes, decay };
}

function emptyState(like: Tensor, { hiddenSize, ways, slots, wordSize, reads }: Sizes): MannState {
  const tasks = like.size(0);
  const zeros = (...shape: number[]) =>
    torch.zeros([tasks, ...shape], { dtype: like.dtype, device: like.device });
  return {
    h: zeros(hiddenSize),
    c: zeros(hiddenSize),
    label: zeros(ways),
    memory: zeros(slots, wordSize),
    read: zeros(reads * wordSize),
    readWeights: zeros(reads, slots),
    usage: zeros(slots),
  };
}

function anyIgnored(labels: Tensor): boolean {
  return labels.eq(IGNORED).any().item() === true;
}

/** The next state of the sequences where `there` `[B]` is true, the one before of the others. */
function keepWhere(there: Tensor, next: MannState, before: MannState): MannState {
  return mapTree(
    ([a, b]) => torch.where(there.view([-1, ...a.shape.slice(1).map(() => 1)]), a, b),
    next,
    before,
  );
}
