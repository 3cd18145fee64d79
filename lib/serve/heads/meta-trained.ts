import { TorchError } from '../../errors';
import { normalize } from '../../meta/metric/normalize';
import { type Tensor, torch } from '../../torch';
import { type ClassSums, grownSums, sumsOf, withLabels } from './class-mean';
import { indices } from './features';
import type { Examples, Head, HeldOut } from './head';
import type { HeadMap } from './head-map';
import { withNames } from './label-names';
import { LeftOut } from './left-out';

/**
 * The sums of labels, and what they come to: scores are x W + b, W `[D, N]`, b `[1, N]`. With a map also what
 * adding an example need not compute anew.
 */
export type MetaTrainedState = ClassSums & { weights: Tensor; bias: Tensor } & Partial<Mapped>;

/** What a map makes of examples. */
type Mapped = {
  /** A Aᵀ times the mean of the examples of each label, `[N, D]`. */
  duals: Tensor;
  /** A Aᵀ times their names, `[N, D]`. */
  nameDuals?: Tensor;
  /** ‖Aᵀ x‖² of each example, `[n]`. */
  lengths: Tensor;
};

/** c: how much of the mean of all labels is taken off; the map was trained so. */
export const CENTRE = 0.5;

/**
 * The nearest mean of a label's examples in a space that was meta-trained by Prototypical Networks, on tasks
 * from other data, and that counts as far as a classifier's texts resemble those:
 *
 *   score(k) = (x − c m)ᵀ G (pₖ − c m) / ‖pₖ − c m‖_G,   G = (1 − g) I + g A Aᵀ,   c = ½
 *
 * pₖ is the mean of label k, its name among its examples where names tell the examples apart, see `withNames`; m
 * is the mean of all pₖ, A the map. g goes from 0 to 1 with the cosine of m and
 * the mean of the texts that A was trained on: where A knows nothing, G is the identity. Without a map
 * it always is. Jake Snell, Kevin Swersky, Richard Zemel: Prototypical Networks for Few-shot Learning,
 * NeurIPS 2017.
 */
export const metaTrained: Head<MetaTrainedState> = {
  fit: (examples) => {
    const { map, x, names } = examples;
    const sums = sumsOf(examples);
    const mapped = map && {
      duals: dualsOf(meansOf(sums), map),
      lengths: lengthsOf(x, map),
      ...(names && { nameDuals: dualsOf(names, map) }),
    };
    return solved(sums, examples, mapped);
  },
  scores: ({ weights, bias }, x) => x.matmul(weights).add(bias),
  heldOut: (state, held) => torch.scope(() => heldOut(state, held)),
  add: (state, added) => {
    const sums = grownSums(state, added);
    return solved(sums, added, added.map && grownMapped(state, sums, added, added.map));
  },
};

const meansOf = ({ sums, counts }: ClassSums): Tensor => sums.div(counts);

const dualsOf = (means: Tensor, { weights }: HeadMap): Tensor =>
  means.matmul(weights).matmul(weights.mT);

const lengthsOf = (x: Tensor, { weights }: HeadMap): Tensor => x.matmul(weights).square().sum([1]);

/** What a map makes of all examples, where it is known of those before: only labels of added ones change. */
function grownMapped(
  { duals, lengths, nameDuals }: MetaTrainedState,
  sums: ClassSums,
  added: Examples,
  map: HeadMap,
): Mapped {
  if (duals === undefined || lengths === undefined) {
    const expected =
      'Expected what the map makes of the examples, which earlier versions did not save';
    throw new TorchError('ERR_TORCH_FILE', `${expected}; call refit() before examples are added`);
  }
  const changed = indices([...new Set((added.y.tolist() as bigint[]).map(Number))]);
  const means = sums.sums.indexSelect(0, changed).div(sums.counts.indexSelect(0, changed));
  return {
    duals: withLabels(duals, added.labels).indexCopy(0, changed, dualsOf(means, map)),
    lengths: torch.cat([lengths, lengthsOf(added.x, map)]),
    ...(added.names && nameDuals && { nameDuals: grownNames(nameDuals, added.names, map) }),
  };
}

/** What a map makes of all names, where it is known of the first ones. */
function grownNames(duals: Tensor, names: Tensor, map: HeadMap): Tensor {
  const known = duals.size(0);
  return torch.cat([duals, dualsOf(names.narrow(0, known, names.size(0) - known), map)]);
}

type Known = Pick<Examples, 'map' | 'names'>;

function solved(sums: ClassSums, known: Known, mapped: Mapped | undefined): MetaTrainedState {
  const linear = torch.scope(() => {
    const { means, duals } = meansWithNames({ ...sums, ...mapped }, known.names);
    const [centre, moved] = centred(means);
    const warped =
      duals === undefined ? moved : moved.lerp(centred(duals)[1], opening(centre, known.map));
    const lengths = warped.mul(moved).sum([1], true).clampMin(1e-12).sqrt();
    const weights = warped.div(lengths).mT.contiguous();
    return { weights, bias: centre.matmul(weights).mul(-CENTRE) };
  });
  return { ...sums, ...linear, ...mapped };
}

/** The numbers of examples, their means, and what the map makes of these, with the names of labels among them. */
function meansWithNames(
  { duals, nameDuals, ...own }: ClassSums & Partial<Mapped>,
  names: Tensor | undefined,
): { counts: Tensor; means: Tensor; duals: Tensor | undefined } {
  const { weight, ...all } = withNames(own, names);
  const means = meansOf(all);
  if (weight === undefined || duals === undefined || nameDuals === undefined) {
    return { counts: all.counts, means, duals };
  }
  const mapped = duals.mul(own.counts).addcmul(nameDuals, weight).div(all.counts);
  return { counts: all.counts, means, duals: mapped };
}

/** The mean of rows, and the rows without their share of it. */
function centred(rows: Tensor): [Tensor, Tensor] {
  const centre = rows.mean([0], true);
  return [centre, rows.sub(centre, { alpha: CENTRE })];
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

/**
 * The scores of each row by the labels' means without it, which also moves the centre and the gate. How much names
 * count is what all examples say.
 */
function heldOut(state: MetaTrainedState, held: HeldOut): Tensor {
  const { own: rest, at: rows, map, names } = held;
  const { x, y, lengths: squares } = rest;
  const { lengths } = state;
  const { counts, means, duals } = meansWithNames(state, names);
  const vectors = vectorsWithout(counts, y);
  const usual = LeftOut.of({ y, means, duals: means, own: x.matmul(means.mT), lengths: squares });
  if (map === undefined || duals === undefined || lengths === undefined) {
    return scoresWithout(usual, vectors, y);
  }
  const warped = LeftOut.of({
    ...{ y, means, duals },
    own: x.matmul(duals.mT),
    lengths: lengths.indexSelect(0, rows).unsqueeze(1),
  });
  const along = alongDirection({ x, y, means }, map.direction)
    .mul(vectors.select(1, CENTRED))
    .sum([1], true);
  const lengthOfCentre = at(usual.gram(vectors), CENTRED, CENTRED).clampMin(1e-24).sqrt();
  const gate = opened(along.div(lengthOfCentre), map);
  return scoresWithout(usual.towards(warped, gate), vectors, y);
}

/** The vectors of each row: c m without it, the row, and the mean of its label without it, these two less c m. */
const [CENTRED, MOVED, OWN] = [0, 1, 2];

/** Their coefficients, `[m, 3, 3]`, see `LeftOut`. */
function vectorsWithout(counts: Tensor, y: Tensor): Tensor {
  const all = counts.indexSelect(0, y);
  const left = all.sub(1);
  // A label without another example, or a name, is gone, also from the mean of labels.
  const isLeft = left.gt(0);
  const labels = isLeft.add(counts.size(0) - 1);
  const others = torch.where(isLeft, left, 1);
  const own = torch.cat([torch.zerosLike(all), all.div(others), others.reciprocal().neg()], 1);
  const sum = own.add(torch.tensor([[1, -1, 0]]));
  const centre = sum.mul(CENTRE).div(labels);
  const row = torch.tensor([[0, 0, 1]], { dtype: own.dtype });
  return torch.stack([centre, row.sub(centre), own.sub(centre)], 1);
}

/** `[m, 1]`: an entry of `[m, 3, 3]`. */
const at = (x: Tensor, row: number, column: number): Tensor =>
  x.select(1, row).narrow(1, column, 1);

/** The products of S, P and x of each row with a direction, `[m, 3]`. */
function alongDirection(
  { x, y, means }: { x: Tensor; y: Tensor; means: Tensor },
  direction: Tensor,
): Tensor {
  const along = means.mv(direction);
  const sum = along.sum().expand([x.size(0)]);
  return torch.stack([sum, along.indexSelect(0, y), x.mv(direction)], 1);
}

/** ⟨x − c m, pₖ − c m⟩ / ‖pₖ − c m‖ with what is left of the labels, `[m, N]`. */
function scoresWithout(space: LeftOut, vectors: Tensor, y: Tensor): Tensor {
  const labels = y.unsqueeze(1);
  const gram = space.gram(vectors);
  const ofCentre = space.means(vectors.select(1, CENTRED));
  const inner = space.own.sub(ofCentre).sub_(at(gram, MOVED, CENTRED));
  const squares = space.squares.add(at(gram, CENTRED, CENTRED)).sub_(ofCentre, { alpha: 2 });
  return inner.scatter_(1, labels, at(gram, MOVED, OWN)).div_(
    squares
      .scatter_(1, labels, at(gram, OWN, OWN))
      .clampMin_(1e-12)
      .sqrt_(),
  );
}
