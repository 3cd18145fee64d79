import { type Tensor, torch } from '../../torch/index';
import { unit } from '../metric/nearest-class-mean';

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

/**
 * Least recently used access, section 3.2 of Santoro et al. 2016: every head writes its key to what
 * it read before or to a slot little used, then reads what is like the key.
 *
 * @param keys `[B, R, W]`
 * @param gate `[B, R, 1]`: 1 writes where it read before, 0 to the least used
 */
export function access(before: Memory, keys: Tensor, gate: Tensor, rule: Rule): Memory {
  const least = leastUsed(before.usage, keys.size(1));
  const written = least.add(gate.mul(before.readWeights.sub(least)));
  const memory = cleared(before.memory, least).baddbmm(written.mT, keys);
  const readWeights = unit(keys).bmm(unit(memory).mT).mul(rule.keyStrength).softmax(-1);
  return {
    memory,
    readWeights,
    read: readWeights.bmm(memory).flatten(1),
    usage: before.usage.mul(rule.decay).add(readWeights.add(written).sum([1])),
  };
}

/**
 * What each of q steps reads that would come next, as `access` does, but without a memory for each:
 * M′ = M₀ + wᵀk, so that k·M′, ‖M′‖ and w^r M′ follow from products with M₀ and among the keys.
 *
 * @param keys `[B, q, R, W]`
 * @param gate `[B, q, R, 1]`
 * @returns `[B, q, R·W]`
 */
export function readAfterWriting(
  before: Memory,
  keys: Tensor,
  gate: Tensor,
  { keyStrength }: Pick<Rule, 'keyStrength'>,
): Tensor {
  const shape = keys.shape.slice(1, 3);
  const least = leastUsed(before.usage, keys.size(2));
  const start = cleared(before.memory, least);
  const written = least.unsqueeze(1).add(gate.mul(before.readWeights.sub(least).unsqueeze(1)));
  const old = keys.flatten(1, 2).bmm(start.mT).unflatten(1, shape);
  const fresh = keys.matmul(keys.mT).matmul(written);
  // ‖M₀ + wᵀk‖² = ‖M₀‖² + Σ w (2 k·M₀ + k·wᵀk) for each slot.
  const squares = written
    .mul(old.mul(2).add(fresh))
    .sum([2])
    .add(start.square().sum([-1]).unsqueeze(1));
  const lengths = squares.clampMin(SMALLEST ** 2).sqrt();
  const own = keys.norm(2, [-1], true).clampMin(SMALLEST);
  // Where a slot is nearly cancelled by what is written, rounding must not make a cosine of more.
  const cosines = old.add(fresh).div(own).div(lengths.unsqueeze(2)).clamp(-1, 1);
  const weights = cosines.mul(keyStrength).softmax(-1);
  const kept = weights.flatten(1, 2).bmm(start).unflatten(1, shape);
  return kept.add(weights.matmul(written.mT).matmul(keys)).flatten(2);
}

// Below it a length counts as none, as in `unit`.
const SMALLEST = 1e-12;

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
