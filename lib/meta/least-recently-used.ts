import { type Tensor, torch } from '../torch';
import { unit } from './nearest-class-mean';

/** The sizes of a memory: S slots of W numbers, R heads. */
export type MemorySizes = { slots: number; wordSize: number; reads: number };

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

/**
 * Least recently used access, section 3.2 of Santoro et al. 2016: every head writes its key to what
 * it read before or to a slot little used, then reads what is like the key.
 *
 * @param keys `[B, R, W]`
 * @param gate `[B, R, 1]`: 1 writes where it read before, 0 to the least used
 */
export function access(before: Memory, keys: Tensor, gate: Tensor, decay: number): Memory {
  const least = leastUsed(before.usage, keys.size(1));
  const written = least.add(gate.mul(before.readWeights.sub(least)));
  const kept = before.memory.mul(least.sum([1]).rsub(1).unsqueeze(-1));
  const memory = kept.add(written.mT.bmm(keys));
  const readWeights = unit(keys).bmm(unit(memory).mT).softmax(-1);
  return {
    memory,
    readWeights,
    read: readWeights.bmm(memory).flatten(1),
    usage: before.usage
      .mul(decay)
      .add(readWeights.sum([1]))
      .add(written.sum([1])),
  };
}

/** One-hot over the slots for each head, `[B, R, S]`: head i has the i-th least used one. */
function leastUsed(usage: Tensor, reads: number): Tensor {
  const [, order] = usage.detach().sort({ stable: true, dim: -1 });
  const slots = torch.arange(usage.size(1), { device: usage.device });
  return order.narrow(1, 0, reads).unsqueeze(-1).eq(slots).to(usage);
}
