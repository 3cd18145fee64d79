import { type Tensor, torch } from '../../torch/index';

/**
 * Solves A x = b for T symmetric matrices at once, from x = 0. Hestenes and Stiefel 1952. A system
 * that is solved, or that has met a direction of no positive curvature, stays as it is.
 *
 * @param product rows v `[T, D]` to A v
 * @param b `[T, D]`
 */
export function conjugateGradient(
  product: (v: Tensor) => Tensor,
  b: Tensor,
  steps: number,
): Tensor {
  const dot = (u: Tensor, v: Tensor): Tensor => u.mul(v).sum([1], true);
  const ratio = (over: Tensor, under: Tensor): Tensor => {
    const none = under.le(0);
    return torch.where(none, 0, over.div(torch.where(none, 1, under)));
  };
  let state = { x: b.zerosLike(), r: b.clone(), p: b.clone(), rr: dot(b, b) };
  for (let step = 0; step < steps; step++) {
    state = torch.replace(state, ({ x, r, p, rr }) => {
      const ap = product(p);
      const curvature = dot(p, ap);
      const alpha = ratio(rr, curvature);
      const next = r.sub(ap.mul(alpha));
      const squares = dot(next, next);
      return {
        x: x.add(p.mul(alpha)),
        r: next,
        p: torch.where(curvature.le(0), 0, next.add(p.mul(ratio(squares, rr)))),
        rr: squares,
      };
    });
  }
  return state.x;
}
