import { type AdamOptions, adamRule } from './adam-rule';
import type { AdamState } from './adam-state';
import type { Optimizer } from './optimizer';

/**
 * m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², p ← p − α·m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵗ) and
 * v̂ = v/(1 − β₂ᵗ); the decay λ·p is added to g. Equal to PyTorch's `Adam`. Kingma and Ba 2014, «Adam»,
 * https://arxiv.org/abs/1412.6980
 *
 * @throws ArgumentRangeError for options out of range
 */
export function adam(options: AdamOptions = {}): Optimizer<AdamState> {
  return adamRule(options, 'adam', false);
}
