import { type Tensor, torch } from '../../torch/index';
import { normalize, SMALLEST_LENGTH } from '../metric/normalize';

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
  const readWeights = normalize(keys).bmm(normalize(memory).mT).mul(rule.keyStrength).softmax(-1);
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
  const weights = cosinesAfterWriting(start, written, keys).mul(keyStrength).softmax(-1);
  const kept = weights.flatten(1, 2).bmm(start).unflatten(1, shape);
  return kept.add(weights.matmul(written.mT).matmul(keys)).flatten(2);
}

/**
 * cos(k, M′) of every head and slot, `[B, q, R, S]`. It is computed in float64: what is written may
 * nearly cancel a slot, and then little is left of products that are added up.
 */
function cosinesAfterWriting(memory: Tensor, written: Tensor, keys: Tensor): Tensor {
  const [start, w, k] = [memory.to('float64'), written.to('float64'), keys.to('float64')];
  const old = k.flatten(1, 2).bmm(start.mT).unflatten(1, keys.shape.slice(1, 3));
  const fresh = k.matmul(k.mT).matmul(w);
  // ‖M₀ + wᵀk‖² = ‖M₀‖² + Σ w (2 k·M₀ + k·wᵀk) for each slot.
  const squares = w
    .mul(old.mul(2).add(fresh))
    .sum([2])
    .add(start.square().sum([-1]).unsqueeze(1));
  const lengths = squares.clampMin(SMALLEST_LENGTH ** 2).sqrt();
  const own = k.norm(2, [-1], true).clampMin(SMALLEST_LENGTH);
  // Where a slot is cancelled to the last digit, rounding must not make a cosine of more than 1.
  return old.add(fresh).div(own).div(lengths.unsqueeze(2)).clamp(-1, 1).to(keys);
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
