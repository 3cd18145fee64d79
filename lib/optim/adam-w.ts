import { type AdamOptions, adamRule } from './adam-rule';
import type { AdamState } from './adam-state';
import type { Optimizer } from './optimizer';

/**
 * Adam whose decay shrinks the weights, p ← p − α·λ·p, and leaves the moments alone; equal to PyTorch's
 * `AdamW`. Loshchilov and Hutter 2017, «Decoupled Weight Decay Regularization»,
 * https://arxiv.org/abs/1711.05101
 *
 * @throws ArgumentRangeError for options out of range
 */
export function adamW(options: AdamOptions = {}): Optimizer<AdamState> {
  return adamRule(options, 'adamW', true);
}
