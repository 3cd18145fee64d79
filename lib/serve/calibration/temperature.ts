import { type Tensor, torch } from '../../torch';

/** How far, in log β, what few examples say may be from the usual sharpness. */
const SPREAD = 1;
const STEPS = 30;
/** Newton's steps square what is missing: after one so short, no digit is wrong that counts. */
const SHORT = 1e-5;
/** Instead of −∞: as improbable, and its product with no probability is 0. */
const LEAST = -1e30;

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
    const relative = torch.scope(() =>
      scores.sub(own).indexSelect(0, kept).to('float64').clampMin_(LEAST),
    );
    // Of −log p by β: E[s], and Var[s].
    return mostProbable(usual, near, (beta) => {
      const shares = relative.mul(beta).softmax(1).mul_(relative);
      const means = shares.sum([1]);
      const squares = shares.flatten().dot(relative.flatten());
      return [means.sum(), squares.sub(means.dot(means))];
    });
  });
}

/**
 * The β that is most probable with a prior around what is usual.
 *
 * @param derivatives the first and the second of −log p by β, which is convex in it
 */
export function mostProbable(
  usual: number,
  near: number,
  derivatives: (beta: number) => readonly [Tensor, Tensor],
): number {
  const start = Math.log(usual);
  let at = Math.log(near);
  // Smooth in log β: Newton's steps, kept short.
  for (let step = 0; step < STEPS; step++) {
    const beta = Math.exp(at);
    const [first, second] = torch.scope(() => {
      const [one, two] = derivatives(beta);
      return [Number(one.item()), Number(two.item())] as const;
    });
    const slope = beta * first + (at - start) / SPREAD ** 2;
    const bend = Math.max(beta * first + beta ** 2 * second, 0) + 1 / SPREAD ** 2;
    const move = Math.max(-1, Math.min(1, -slope / bend));
    at += move;
    if (Math.abs(move) < SHORT) break;
  }
  return Math.exp(at);
}
