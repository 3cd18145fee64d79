import { type Tensor, torch } from '../../torch';
import { mostProbable } from './temperature';

/**
 * The sharpness β of labels that do not exclude each other, under which held-out examples are most probable, with a
 * prior around what is usual. John Platt: Probabilistic Outputs for Support Vector Machines, 1999, with 0 as the
 * place where a label is as probable as not:
 *
 *   max over β of  Σ log σ(± β · scores) − (log β − log β₀)² / 2,   + where the text has the label
 *
 * @param scores `[m, N]`, held out
 * @param targets `[m, N]`: 1 for the labels that a text has, else 0
 */
export function independentSharpness(scores: Tensor, targets: Tensor, usual: number): number {
  return torch.scope(() => {
    const signed = scores.to('float64').mul(targets.to('float64').mul(2).sub(1));
    // Of −log σ(β s) by β: −E[s (1 − σ)], and E[s² σ (1 − σ)].
    return mostProbable(usual, usual, (beta) => {
      const wrong = signed.mul(-beta).sigmoid();
      const spread = wrong.mul(wrong.neg().add(1)).mul(signed.square());
      return [wrong.mul(signed).sum().neg(), spread.sum()];
    });
  });
}
