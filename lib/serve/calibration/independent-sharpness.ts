import { type Tensor, torch } from '../../torch';

/** How far, in log β, what few examples say may be from the usual sharpness. */
const SPREAD = 1;
const STEPS = 50;

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
    const start = Math.log(usual);
    let at = start;
    for (let step = 0; step < STEPS; step++) {
      const move = torch.scope(() => newtonStep(signed, at, start));
      at += move;
      if (Math.abs(move) < 1e-9) break;
    }
    return Math.exp(at);
  });
}

function newtonStep(signed: Tensor, at: number, start: number): number {
  const beta = Math.exp(at);
  const wrong = signed.mul(-beta).sigmoid();
  const [first, second] = [
    wrong.mul(signed).sum(),
    wrong.mul(wrong.neg().add(1)).mul(signed.square()).sum(),
  ].map((x) => Number(x.item()));
  // Of −log σ(β s) by log β: −β E[s (1 − σ)], and β² E[s² σ (1 − σ)] more.
  const slope = -beta * (first ?? 0) + (at - start) / SPREAD ** 2;
  const bend = Math.max(-beta * (first ?? 0) + beta ** 2 * (second ?? 0), 0) + 1 / SPREAD ** 2;
  return Math.max(-1, Math.min(1, -slope / bend));
}
