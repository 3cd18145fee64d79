import { type Tensor, torch } from '../../torch/index';
import { normalize } from '../metric/normalize';

/** The sizes of a memory: S slots of W numbers, R heads; and how it is used. */
export type MemorySizes = {
  slots: number;
  wordSize: number;
  reads: number;
  /** γ: how fast use is forgotten. */
  decay: number;
  /** β: what cosines are multiplied by before their softmax. */
  keyStrength: number;
};

/** An external memory of B sequences between two steps. */
export type Memory = {
  /** M `[B, S, W]`. */
  memory: Tensor;
  /** r `[B, R·W]`: what was last read. */
  read: Tensor;
  /** w^r `[B, R, S]`. */
  readWeights: Tensor;
  /** w^u `[B, S]`. */
  usage: Tensor;
};

type Rule = Pick<MemorySizes, 'decay' | 'keyStrength'>;

/** What every head asks for and writes, `[B, R, W]`, and its gate g `[B, R, 1]`. */
export type Heads = { keys: Tensor; values: Tensor; gate: Tensor };

/**
 * Least recently used access, section 3.2 of Santoro et al. 2016: every head reads what is like its key,
 * then writes its value to what it read the step before, where g is 1, or to a slot little used, where
 * g is 0.
 */
export function access(before: Memory, { keys, values, gate }: Heads, rule: Rule): Memory {
  const { weights, read } = lookUp(before.memory, keys, rule);
  const least = leastUsed(before.usage, keys.size(1));
  const written = least.add(gate.mul(before.readWeights.sub(least)));
  return {
    memory: cleared(before.memory, least).baddbmm(written.mT, values),
    readWeights: weights,
    read: read.flatten(1),
    usage: before.usage.mul(rule.decay).add(weights.add(written).sum([1])),
  };
}

/** What n keys `[B, n, W]` find in a memory `[B, S, W]`: weights `[B, n, S]`, words `[B, n, W]`. */
export function lookUp(
  memory: Tensor,
  keys: Tensor,
  { keyStrength }: Pick<Rule, 'keyStrength'>,
): { weights: Tensor; read: Tensor } {
  const weights = normalize(keys).bmm(normalize(memory).mT).mul(keyStrength).softmax(-1);
  return { weights, read: weights.bmm(memory) };
}

/** The memory without the slots that are least used. */
function cleared(memory: Tensor, least: Tensor): Tensor {
  return memory.mul(least.sum([1]).rsub(1).unsqueeze(-1));
}

/** One-hot over the slots for each head, `[B, R, S]`: head i has the i-th least used one. */
function leastUsed(usage: Tensor, reads: number): Tensor {
  const [, order] = usage.detach().sort({ stable: true, dim: -1 });
  const slots = torch.arange(usage.size(1), { device: usage.device });
  return order.narrow(1, 0, reads).unsqueeze(-1).eq(slots).to(usage);
}
