import { normalize } from '../../meta/metric/normalize';
import type { SentenceEncoder } from '../../text';
import { type Tensor, torch } from '../../torch';
import { learnFamiliarity } from '../calibration/familiarity';
import { sharpness } from '../calibration/temperature';
import { foreignCosine } from '../fitted';
import { HEADS, type HeadName } from '../heads';
import { classMean, sumsOf } from '../heads/class-mean';
import { indices } from '../heads/features';
import type { Split } from './held-out-split';
import type { Measured, MeasuredHead } from './tuned';

/** The heads that a classifier with an encoder of its own may have: what maps know is of the pool's encoder. */
const MEASURED = [
  'class-mean',
  'logistic',
  'nearest-examples',
  'ridge',
] as const satisfies readonly HeadName[];

/** Texts as numbers, in which some are held out. */
export type Trial = {
  texts: readonly string[];
  y: readonly number[];
  /** How many labels there are. */
  labels: number;
  falseAlarms: number;
};

/** What the heads, fitted to the rows for training, show on those that are held out. */
export function measureHeads(
  encoder: SentenceEncoder,
  { texts, y, labels, falseAlarms }: Trial,
  { train, held }: Split,
): Measured {
  return torch.noGrad(() =>
    torch.scope(() => {
      const vectors = normalize(encoder.encodeSync(texts));
      const part = (rows: readonly number[]) => ({
        x: vectors.indexSelect(0, indices(rows)),
        y: indices(rows.map((row) => y[row] ?? 0)),
      });
      const [known, unseen] = [{ ...part(train), labels }, part(held)];
      const cosines = unseen.x.matmul(known.x.mT).amax([1]);
      const sums = sumsOf(known);
      const means = classMean.scores(sums, unseen.x).amax([1]);
      const heads = MEASURED.map((name) => {
        const { head, sharpness: usual } = HEADS[name];
        return [name, shown(head.scores(head.fit(known), unseen.x), unseen.y, usual)] as const;
      });
      const options = { foreign: foreignCosine(sums), falseAlarms };
      return {
        heads: Object.fromEntries(heads),
        familiarity: learnFamiliarity({ mean: means, nearest: cosines }, options),
      };
    }),
  );
}

function shown(scores: Tensor, y: Tensor, usual: number): MeasuredHead {
  const right = scores.argmax(1).eq(y).to('float64').mean();
  return { sharpness: sharpness(scores, y, usual), accuracy: Number(right.item()) };
}

/** The best accuracy of all heads. */
export function bestAccuracy({ heads }: Measured): number {
  return Math.max(...Object.values(heads).map(({ accuracy }) => accuracy));
}
