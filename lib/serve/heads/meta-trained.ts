import { normalize } from '../../meta/metric/normalize';
import { type Tensor, torch } from '../../torch';
import { type ClassSums, grownSums, sumsOf } from './class-mean';
import type { Examples, Head } from './head';
import type { HeadMap } from './head-map';
import { type LabeledRows, LeftOut } from './left-out';

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
    const gate = opening(centre, map);
    const metric = map && moved.matmul(map.weights).matmul(map.weights.mT);
    const warped = metric ? moved.lerp(metric, gate) : moved;
    const lengths = warped.mul(moved).sum([1], true).clampMin(1e-12).sqrt();
    const weights = warped.div(lengths).mT.contiguous();
    return { weights, bias: centre.matmul(weights).mul(-CENTRE) };
  });
  return { sums, counts, ...linear };
}

/** g `[m, 1]` of centres `[m, D]`. */
function opening(centres: Tensor, map: HeadMap | undefined): Tensor {
  if (map === undefined) return centres.newZeros([centres.size(0), 1]);
  return opened(normalize(centres).matmul(map.direction.unsqueeze(1)), map);
}

/** g of the cosines of centres with the direction of a map. */
function opened(cosines: Tensor, { gate }: HeadMap): Tensor {
  const [from, to] = [gate.narrow(0, 0, 1), gate.narrow(0, 1, 1)];
  return cosines.sub(from).div(to.sub(from)).clamp(0, 1);
}

/** The scores of each row by the labels' means without it, which also moves the centre and the gate. */
function heldOut({ sums, counts }: ClassSums, examples: Examples, rows: Tensor): Tensor {
  const { map } = examples;
  const x = examples.x.indexSelect(0, rows);
  const y = examples.y.indexSelect(0, rows);
  const labeled = { x, y, means: sums.div(counts) };
  const vectors = vectorsWithout(counts, y);
  const usual = new LeftOut(labeled);
  const plain = products(usual, vectors, y);
  if (map === undefined) return scoresOf(plain);
  const warped = products(new LeftOut(labeled, map.weights), vectors, y);
  const { centre } = vectors;
  const along = alongDirection(labeled, map.direction).mul(centre).sum([1], true);
  const gate = opened(along.div(usual.pair(centre, centre).clampMin(1e-24).sqrt()), map);
  return scoresOf({
    inner: plain.inner.lerp(warped.inner, gate),
    squares: plain.squares.lerp(warped.squares, gate),
  });
}

/** Vectors of each row by their coefficients, see `LeftOut`. */
type Vectors = {
  /** c m, of the labels' means without the row. */
  centre: Tensor;
  /** The mean of the row's label without it. */
  own: Tensor;
  row: Tensor;
};

function vectorsWithout(counts: Tensor, y: Tensor): Vectors {
  const all = counts.indexSelect(0, y);
  const left = all.sub(1);
  // A label without another example is gone, also from the mean of labels.
  const labels = left.clampMax(1).add(counts.size(0) - 1);
  const others = left.clampMin(1);
  const own = torch.cat([torch.zerosLike(all), all.div(others), others.reciprocal().neg()], 1);
  const sum = own.add(torch.tensor([[1, -1, 0]]));
  return {
    centre: sum.mul(CENTRE).div(labels),
    own,
    row: torch.tensor([[0, 0, 1]], { dtype: own.dtype }).expand(own.shape),
  };
}

/** The products of S, P and x of each row with a direction, `[m, 3]`. */
function alongDirection({ x, y, means }: LabeledRows, direction: Tensor): Tensor {
  const along = means.mv(direction);
  const sum = along.sum().expand([x.size(0)]);
  return torch.stack([sum, along.indexSelect(0, y), x.mv(direction)], 1);
}

/** Inner products `[m, N]` of moved rows and means, and the squared lengths of the moved means. */
type Products = { inner: Tensor; squares: Tensor };

function products(space: LeftOut, { centre, own, row }: Vectors, y: Tensor): Products {
  const moved = row.sub(centre);
  const ownMoved = own.sub(centre);
  const labels = y.unsqueeze(1);
  const inner = space.means(moved).sub(space.pair(moved, centre));
  const squares = space.squares
    .sub(space.means(centre), { alpha: 2 })
    .add(space.pair(centre, centre));
  return {
    inner: inner.scatter(1, labels, space.pair(moved, ownMoved)),
    squares: squares.scatter(1, labels, space.pair(ownMoved, ownMoved)),
  };
}

const scoresOf = ({ inner, squares }: Products): Tensor =>
  inner.div(squares.clampMin(1e-12).sqrt());
