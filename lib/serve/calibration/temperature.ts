import { type Tensor, torch } from '../../torch';

/** How far, in log β, what few examples say may be from the usual sharpness. */
const SPREAD = 1;
const STEPS = 30;

/**
 * The sharpness β, the inverse of the temperature, under which held-out examples are most probable, with
 * a prior around what is usual for the head:
 *
 *   max over β of  Σ log softmax(β · scores)[y] − (log β − log β₀)² / 2
 *
 * Rows whose own score is −∞, the only example of a label, say nothing. Chuan Guo, Geoff Pleiss, Yu
 * Sun, Kilian Weinberger: On Calibration of Modern Neural Networks, ICML 2017.
 *
 * @param scores `[m, N]`, held out
 * @param y `[m]`, int64
 * @param near where to look first, such as what it was before an example came
 */
export function sharpness(scores: Tensor, y: Tensor, usual: number, near = usual): number {
  return torch.scope(() => {
    const own = scores.gather(1, y.unsqueeze(1));
    const kept = own.isfinite().squeeze(1).nonzero().squeeze(1);
    if (kept.size(0) === 0) return usual;
    // In float64, relative to the own score, which then is 0; −∞ of other labels count for nothing.
    const relative = scores.sub(own).indexSelect(0, kept).to('float64');
    const finite = torch.where(relative.isfinite(), relative, 0);
    const start = Math.log(usual);
    let at = Math.log(near);
    // The objective is convex in β and smooth in log β: Newton's steps, kept short.
    for (let step = 0; step < STEPS; step++) {
      const move = torch.scope(() => newtonStep(relative, finite, at, start));
      at += move;
      if (Math.abs(move) < 1e-9) break;
    }
    return Math.exp(at);
  });
}

function newtonStep(relative: Tensor, finite: Tensor, at: number, start: number): number {
  const beta = Math.exp(at);
  const p = relative.mul(beta).softmax(1);
  const mean = p.mul(finite).sum([1]);
  const variance = p.mul(finite.square()).sum([1]).sub(mean.square());
  const [first, second] = [mean.sum(), variance.sum()].map((x) => Number(x.item()));
  // Of −log p by log β: β E[s], and β E[s] + β² Var[s].
  const slope = beta * (first ?? 0) + (at - start) / SPREAD ** 2;
  const bend = Math.max(beta * (first ?? 0) + beta ** 2 * (second ?? 0), 0) + 1 / SPREAD ** 2;
  return Math.max(-1, Math.min(1, -slope / bend));
}
