import { type Tensor, torch } from '../torch';
import { checkSupport } from './episode';
import { normalize } from './metric/normalize';
import { meansOfClasses, oneHot } from './task-loss';

/** What a support set says of its task before a learner is tried on it. */
export type TaskFeatures = {
  /** log N */
  readonly logWays: number;
  /** The logarithm of the mean number of examples of a class. */
  readonly logShots: number;
  /** The mean cosine between the means of two classes: how close classes lie. */
  readonly closeness: number;
  /** The mean cosine between an example and the mean of the others of its class; 0 for classes of one. */
  readonly cohesion: number;
  /**
   * The share of examples whose class has the nearest mean when they are left out of it; 1/N where a class has no
   * other example. Bernhard Pfahringer, Hilan Bensusan, Christophe Giraud-Carrier: Meta-Learning by Landmarking
   * Various Learning Algorithms, ICML 2000.
   */
  readonly landmark: number;
};

/**
 * The features of T tasks, for `learnSelection`.
 *
 * @param embedded the support sets' vectors, `[T, s, D]`
 * @param labels `[T, s]`, int64; rows of `IGNORED` count for nothing
 * @param ways N
 * @throws ArgumentRangeError or ArgumentTypeError for shapes and labels as learners do
 */
export function taskFeatures(embedded: Tensor, labels: Tensor, ways: number): TaskFeatures[] {
  checkSupport(embedded, labels, ways, 'taskFeatures');
  return torch.scope(() =>
    torch.noGrad(() => {
      const x = normalize(embedded.to('float64'));
      const belongs = oneHot(labels, ways, x);
      const sums = belongs.mT.bmm(x);
      const means = normalize(meansOfClasses(x, labels, ways));
      return labels.unbind(0).map((_, task) =>
        featuresOf({
          x: x.select(0, task),
          belongs: belongs.select(0, task),
          sums: sums.select(0, task),
          means: means.select(0, task),
        }),
      );
    }),
  );
}

/** One task: rows `[s, D]`, their classes `[s, N]`, and the sums and means of classes `[N, D]`. */
type Task = { x: Tensor; belongs: Tensor; sums: Tensor; means: Tensor };

function featuresOf({ x, belongs, sums, means }: Task): TaskFeatures {
  const ways = sums.size(0);
  const counts = belongs.sum([0]);
  const rows = Number(belongs.sum().item());
  const present = Number(counts.gt(0).sum().item());
  const cosines = means.matmul(means.mT);
  const pairs = present * (present - 1);
  // Classes without a row have zeros for their mean, and add nothing.
  const apart = Number(cosines.sum().sub(cosines.diagonal().sum()).item());
  const others = normalize(belongs.matmul(sums).sub(x));
  const hasOthers = belongs.matmul(counts.unsqueeze(1)).squeeze(1).gt(1);
  const own = others.mul(x).sum([1]);
  // Of its own class a row sees the mean without itself.
  const scores = x
    .matmul(means.mT)
    .mul(belongs.neg().add(1))
    .add(belongs.mul(own.unsqueeze(1)));
  const possible = scores.maskedFill(counts.eq(0).unsqueeze(0), -Infinity);
  const right = possible.amax([1]).le(own).to('float64');
  const known = belongs.sum([1]).gt(0);
  const landmarks = torch.where(hasOthers, right, 1 / ways).mul(known);
  return {
    logWays: Math.log(ways),
    logShots: Math.log(rows / Math.max(present, 1)),
    closeness: pairs === 0 ? 0 : apart / pairs,
    cohesion: rows === 0 ? 0 : Number(own.mul(hasOthers).sum().item()) / rows,
    landmark: rows === 0 ? 1 / ways : Number(landmarks.sum().item()) / rows,
  };
}
