import { type Tensor, torch } from '../torch';
import { learnFamiliarity } from './calibration/familiarity';
import { independentSharpness } from './calibration/independent-sharpness';
import { type FitOptions, type Fitted, foreignCosine, type LabeledFeatures } from './fitted';
import { HEADS } from './heads';
import { type ClassSums, sumsOf } from './heads/class-mean';
import { indices } from './heads/features';
import { holdOut } from './heads/held-out';
import { distinctTexts, multiLabel } from './heads/multi-label';

/** Fits a head by which a text may have any number of labels; see `multiLabel`. */
export function fitMultiLabel(features: LabeledFeatures, { falseAlarms }: FitOptions): Fitted {
  return torch.noGrad(() =>
    torch.scope(() => {
      const state = multiLabel.fit(features);
      const sums = sumsOf(features);
      const sample = sampleOf(features);
      const held = holdOut(features, sample.rows);
      const scores = HEADS['multi-label'].head.heldOut?.(state, held);
      if (scores === undefined) throw new Error('Expected held-out scores of the head multi-label');
      const nearest = nearestTexts(features, sample);
      const seen = withOthers(sample, sums);
      const signals = {
        mean: meansWithout(features, sample, sums).indexSelect(0, seen),
        nearest: nearest.indexSelect(0, sample.places).indexSelect(0, seen),
      };
      return {
        head: 'multi-label',
        state,
        sharpness: independentSharpness(scores, sample.targets, HEADS['multi-label'].sharpness),
        familiarity: learnFamiliarity(signals, { foreign: foreignCosine(sums), falseAlarms }),
        accuracy: alone(sums) ? null : microF1(scores, sample.targets),
        nearest,
        sums,
      };
    }),
  );
}

/** The texts of the calibration rows, each once. */
type Sample = {
  /** A row of each text. */
  rows: readonly number[];
  /** `[m]`: where these rows are among those of the sample. */
  places: Tensor;
  /** `[m, N]`: the labels that each text has. */
  targets: Tensor;
  /** `[n]`: the text of every example. */
  textOf: Tensor;
};

function sampleOf(features: LabeledFeatures): Sample {
  const { targets: all, textOf } = distinctTexts(features);
  const texts = (textOf.tolist() as bigint[]).map(Number);
  const seen = new Set<number>();
  const places = [...features.sample.keys()].filter((place) => {
    const text = texts[features.sample[place] ?? 0] ?? 0;
    const isNew = !seen.has(text);
    seen.add(text);
    return isNew;
  });
  const rows = places.map((place) => features.sample[place] ?? 0);
  const targets = all.indexSelect(0, textOf.indexSelect(0, indices(rows)));
  return { rows, places: indices(places), targets, textOf };
}

/** The places of the texts that share a label with another: what others look like, only these say. */
function withOthers({ targets }: Sample, { counts }: ClassSums): Tensor {
  const shared = targets.mul(counts.mT.gt(1)).sum([1]).gt(0);
  return shared.nonzero().squeeze(1);
}

/** The cosine of each row of the sample with the nearest other text. */
function nearestTexts({ x, sample }: LabeledFeatures, { textOf }: Sample): Tensor {
  const own = indices([...sample]);
  const isSame = textOf.indexSelect(0, own).unsqueeze(1).eq(textOf.unsqueeze(0));
  return x.indexSelect(0, own).matmul(x.mT).maskedFill(isSame, -Infinity).amax([1]);
}

/** The cosine of each text with the nearest mean of a label, of which it is taken out. */
function meansWithout(
  { x }: LabeledFeatures,
  { rows, targets }: Sample,
  { sums, counts }: ClassSums,
): Tensor {
  const own = x.indexSelect(0, indices(rows));
  const products = own.matmul(sums.mT);
  // ‖s − t x‖² of vectors of length 1 or 0.
  const lengths = own.square().sum([1], true);
  const squares = sums
    .square()
    .sum([1])
    .sub(targets.mul(2).mul(products))
    .add(targets.mul(lengths));
  const cosines = products.sub(targets.mul(lengths)).div(squares.clampMin(1e-12).sqrt());
  const isAlone = targets.mul(counts.mT.eq(1)).to('bool');
  return cosines.maskedFill(isAlone, -1).amax([1]);
}

const alone = ({ counts }: ClassSums): boolean => Number(counts.max().item()) < 2;

/** The F1 over all labels together: 2 · right / (given + wanted). */
function microF1(scores: Tensor, targets: Tensor): number {
  const given = scores.gt(0).to('float64');
  const right = Number(given.mul(targets.to('float64')).sum().item());
  const both = Number(given.sum().item()) + Number(targets.sum().item());
  return both === 0 ? 0 : (2 * right) / both;
}
