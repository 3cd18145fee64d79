import { normalize } from '../../meta/metric/normalize';
import { type Tensor, torch } from '../../torch';
import { type ClassSums, grownSums, sumsOf } from './class-mean';
import type { Examples, Head } from './head';
import type { HeadMap } from './head-map';

/** The sums of labels, and what they come to: scores are x W + b, W `[D, N]`, b `[1, N]`. */
export type MetaTrainedState = ClassSums & { weights: Tensor; bias: Tensor };

/** c: how much of the mean of all labels is taken off; the map was trained so. */
export const CENTRE = 0.5;

/**
 * The nearest mean of a label's examples in a space that was meta-trained by Prototypical Networks, on tasks
 * from other data, and that counts as far as a classifier's texts resemble those:
 *
 *   score(k) = (x − c m)ᵀ G (pₖ − c m) / ‖pₖ − c m‖_G,   G = (1 − g) I + g A Aᵀ,   c = ½
 *
 * pₖ is the mean of label k, m that of all pₖ, A the map. g goes from 0 to 1 with the cosine of m and
 * the mean of the texts that A was trained on: where A knows nothing, G is the identity. Without a map
 * it always is. Jake Snell, Kevin Swersky, Richard Zemel: Prototypical Networks for Few-shot Learning,
 * NeurIPS 2017.
 */
export const metaTrained: Head<MetaTrainedState> = {
  fit: (examples) => solved(sumsOf(examples), examples.map),
  scores: ({ weights, bias }, x) => x.matmul(weights).add(bias),
  heldOut: (state, examples, rows) => torch.scope(() => heldOut(state, examples, rows)),
  add: (state, added) => solved(grownSums(state, sumsOf(added)), added.map),
};

function solved({ sums, counts }: ClassSums, map: HeadMap | undefined): MetaTrainedState {
  const linear = torch.scope(() => {
    const means = sums.div(counts);
    const centre = means.mean([0], true);
    const moved = means.sub(centre, { alpha: CENTRE });
    const opened = opening(centre, map);
    const metric = map && moved.matmul(map.weights).matmul(map.weights.mT);
    const warped = metric ? moved.lerp(metric, opened) : moved;
    const lengths = warped.mul(moved).sum([1], true).clampMin(1e-12).sqrt();
    const weights = warped.div(lengths).mT.contiguous();
    return { weights, bias: centre.matmul(weights).mul(-CENTRE) };
  });
  return { sums, counts, ...linear };
}

/** g `[m, 1]` of centres `[m, D]`. */
function opening(centres: Tensor, map: HeadMap | undefined): Tensor {
  if (map === undefined) return centres.newZeros([centres.size(0), 1]);
  const [from, to] = [map.gate.narrow(0, 0, 1), map.gate.narrow(0, 1, 1)];
  const cosines = normalize(centres).matmul(map.direction.unsqueeze(1));
  return cosines.sub(from).div(to.sub(from)).clamp(0, 1);
}

/** The scores of each row by the labels' means without it, which also moves the centre and the gate. */
function heldOut({ sums, counts }: ClassSums, examples: Examples, rows: Tensor): Tensor {
  const { map } = examples;
  const [x, y] = [examples.x.indexSelect(0, rows), examples.y.indexSelect(0, rows)];
  const means = sums.div(counts);
  const left = counts.indexSelect(0, y).sub(1);
  const own = sums.indexSelect(0, y).sub(x).div(left.clampMin(1));
  // A label without another example is gone, also from the mean of labels.
  const labels = left.clampMax(1).add(means.size(0) - 1);
  const centres = means.sum([0], true).sub(means.indexSelect(0, y)).add(own).div(labels);
  const moved = centres.mul(CENTRE);
  const plain = products({ x, centres: moved, means, own, y });
  if (map === undefined) return scoresOf(plain);
  const mapped = (rows: Tensor): Tensor => rows.matmul(map.weights);
  const warped = products({
    x: mapped(x),
    centres: mapped(moved),
    means: mapped(means),
    own: mapped(own),
    y,
  });
  const opened = opening(centres, map);
  return scoresOf({
    inner: plain.inner.lerp(warped.inner, opened),
    squares: plain.squares.lerp(warped.squares, opened),
  });
}

/** Inner products `[m, N]` of moved rows and means, and the squared lengths of the moved means. */
type Products = { inner: Tensor; squares: Tensor };

type HeldOutRows = { x: Tensor; centres: Tensor; means: Tensor; own: Tensor; y: Tensor };

function products({ x, centres, means, own, y }: HeldOutRows): Products {
  const rows = x.sub(centres);
  const labels = y.unsqueeze(1);
  const dot = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum([1], true);
  const shift = dot(rows, centres);
  const inner = rows.matmul(means.mT).sub(shift);
  const squares = means
    .square()
    .sum([1])
    .sub(centres.matmul(means.mT), { alpha: 2 })
    .add(dot(centres, centres));
  const moved = own.sub(centres);
  return {
    inner: inner.scatter(1, labels, dot(rows, moved)),
    squares: squares.scatter(1, labels, dot(moved, moved)),
  };
}

const scoresOf = ({ inner, squares }: Products): Tensor =>
  inner.div(squares.clampMin(1e-12).sqrt());
