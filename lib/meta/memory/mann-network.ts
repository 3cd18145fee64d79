/**
 * What a memory-augmented network computes: a sequence step by step, and queries that each come after
 * the sequence. The formulas are at the head of `mann.ts`.
 */
import { type LinearParams, type LstmCellParams, linear, lstmCell } from '../../nn/index';
import { type Generator, mapTree, type Tensor, torch } from '../../torch/index';
import { type Part, parts, sized } from '../parts';
import { access, type Heads, lookUp, type Memory, type MemorySizes } from './least-recently-used';
import { raiseLabels } from './raise-labels';

export type MannSizes = MemorySizes & { dimensions: number; ways: number; hiddenSize: number };

export type NetworkParams = {
  controller: LstmCellParams;
  key: LinearParams;
  value: LinearParams;
  gate: LinearParams;
  output: LinearParams;
};

/**
 * What lies between two steps of T sequences; `keys` `[T, R, W]` and `label` `[T, N]` are those of the
 * input before.
 */
export type MannState = Memory & { h: Tensor; c: Tensor; keys: Tensor; label: Tensor };

/** Embedded examples `[T, n, D]`, their labels one-hot `[T, n, N]`, and which are there `[T, n]`. */
export type Sequence = { x: Tensor; labels: Tensor; present?: Tensor };

export type MemoryNetwork = {
  init(generator: Generator): NetworkParams;
  /** Presents a sequence to an empty memory: what is then held, and `[h; r]` of each step. */
  present(params: NetworkParams, sequence: Sequence): { state: MannState; outputs: Tensor[] };
  /** W_o [h; r] + b_o. */
  logits(params: NetworkParams, output: Tensor): Tensor;
  /** The logits `[T, q, N]` of queries `[T, q, D]`, each as the next step after `state`. */
  answer(params: NetworkParams, x: Tensor, state: MannState): Tensor;
};

export function memoryNetwork(sizes: MannSizes): MemoryNetwork {
  const { dimensions, ways, hiddenSize, wordSize, reads } = sizes;
  const words = reads * wordSize;
  const inputSize = dimensions + ways + words;
  const controller = lstmCell({ inputSize, hiddenSize });
  const output = linear({ inFeatures: hiddenSize + words, outFeatures: ways });
  const heads = memoryHeads(sizes);
  const { project, brought, broughtWeight } = controllerInput(sizes);
  const step = (params: NetworkParams, x: Tensor, gates: Tensor, state: MannState): MannState => {
    const { h, c } = controller.step(params.controller, gates, state);
    const own = heads.all(params, h, x, state.keys);
    return { ...access(state, own, sizes), h, c, keys: own.keys, label: state.label };
  };
  return {
    init(generator) {
      const start = controller.init(generator);
      raiseLabels(start.input.weight, inputSize, sizes);
      return { controller: start, ...heads.init(generator), output: output.init(generator) };
    },
    present(params, { x, labels, present }) {
      const [rows, answers, there] = [x.unbind(1), labels.unbind(1), present?.unbind(1)];
      const outputs: Tensor[] = [];
      const weight = broughtWeight(params);
      let state = emptyState(x, sizes);
      for (const [i, projected] of project(params, x).unbind(1).entries()) {
        const gates = projected.add(brought(weight, state));
        const next = step(params, rows[i] ?? projected, gates, state);
        outputs.push(torch.cat([next.h, next.read], -1));
        const named = { ...next, label: answers[i] ?? next.label };
        state = there?.[i] ? keepWhere(there[i], named, state) : named;
      }
      return { state, outputs };
    },
    logits: (params, x) => output.apply(params.output, x),
    answer(params, x, state) {
      const gates = project(params, x).add(brought(broughtWeight(params), state).unsqueeze(1));
      const before = { h: state.h.unsqueeze(1), c: state.c.unsqueeze(1) };
      const { h } = controller.step(params.controller, gates, before);
      const keys = heads.keys(params, h, x);
      const { read } = lookUp(state.memory, keys.flatten(1, 2), sizes);
      const found = read.unflatten(1, keys.shape.slice(1, 3)).flatten(2);
      return output.apply(params.output, torch.cat([h, found], -1));
    },
  };
}

/** What the heads ask for and write. */
function memoryHeads({ dimensions, hiddenSize, wordSize, reads }: MannSizes) {
  const words = reads * wordSize;
  const key = linear({ inFeatures: hiddenSize + dimensions, outFeatures: words });
  const value = linear({ inFeatures: hiddenSize, outFeatures: words });
  const gate = linear({ inFeatures: hiddenSize, outFeatures: reads });
  const byHead = (x: Tensor): Tensor => x.tanh().unflatten(-1, [reads, wordSize]);
  const keys = (params: NetworkParams, h: Tensor, x: Tensor): Tensor =>
    byHead(key.apply(params.key, torch.cat([h, x], -1)));
  return {
    init: (generator: Generator) => ({
      key: key.init(generator),
      value: value.init(generator),
      gate: gate.init(generator),
    }),
    keys,
    /** After a step; `before` are the keys of the step before. */
    all: (params: NetworkParams, h: Tensor, x: Tensor, before: Tensor): Heads => ({
      keys: keys(params, h, x),
      values: before.add(byHead(value.apply(params.value, h))),
      gate: gate.apply(params.gate, h).sigmoid().unsqueeze(-1),
    }),
  };
}

/** The controller's gates, from what is known of a whole sequence and from what its steps bring. */
function controllerInput({ dimensions, ways, reads, wordSize }: MannSizes) {
  return {
    /** W f(x) + b, for all steps at once. */
    project: ({ controller: { input } }: NetworkParams, x: Tensor): Tensor =>
      torch.linear(x, input.weight.narrow(1, 0, dimensions), input.bias ?? null),
    /** The rest of W. Taken once a sequence: every such part's gradient fills a whole matrix. */
    broughtWeight: ({ controller: { input } }: NetworkParams): Tensor =>
      input.weight.narrow(1, dimensions, ways + reads * wordSize),
    brought: (weight: Tensor, { label, read }: MannState): Tensor =>
      torch.linear(torch.cat([label, read], -1), weight),
  };
}

/** The parts of `MannState`. */
export function stateParts({ hiddenSize, ways, slots, wordSize, reads }: MannSizes): Part {
  return parts({
    h: sized('T', hiddenSize),
    c: sized('T', hiddenSize),
    keys: sized('T', reads, wordSize),
    label: sized('T', ways),
    memory: sized('T', slots, wordSize),
    read: sized('T', reads * wordSize),
    readWeights: sized('T', reads, slots),
    usage: sized('T', slots),
  });
}

function emptyState(like: Tensor, sizes: MannSizes): MannState {
  const { hiddenSize, ways, slots, wordSize, reads } = sizes;
  const tasks = like.size(0);
  const zeros = (...shape: number[]) =>
    torch.zeros([tasks, ...shape], { dtype: like.dtype, device: like.device });
  return {
    h: zeros(hiddenSize),
    c: zeros(hiddenSize),
    keys: zeros(reads, wordSize),
    label: zeros(ways),
    memory: zeros(slots, wordSize),
    read: zeros(reads * wordSize),
    readWeights: zeros(reads, slots),
    usage: zeros(slots),
  };
}

/** The next state of the sequences where `there` `[T]` is true, the one before of the others. */
function keepWhere(there: Tensor, next: MannState, before: MannState): MannState {
  return mapTree(
    ([a, b]) => torch.where(there.view([-1, ...a.shape.slice(1).map(() => 1)]), a, b),
    next,
    before,
  );
}
