import { outOfRange } from '../../errors';
import { solveSvmDual } from '../../meta/closed-form/svm-dual';
import { oneHot } from '../../meta/task-loss';
import { type Tensor, torch } from '../../torch';
import type { Head } from './head';

/** W `[D, N]`. */
export type SvmState = { weights: Tensor };

/** C of Crammer and Singer's support vector machine, for features of length 1. */
const BOUND = 1;
const JITTER = 1e-3;
/** A second or two; the memory is a few matrices of so many numbers. */
const MOST_ENTRIES = 2 ** 21;

/**
 * The multiclass linear support vector machine, solved to optimality, as `meta.metaOptNet` does inside of
 * meta-learning: Kwonjoon Lee et al.: Meta-Learning with Differentiable Convex Optimization, CVPR
 * 2019. Work grows with labels × examples³.
 */
export const svm: Head<SvmState> = {
  fit: ({ x, y, labels }) => {
    const n = x.size(0);
    if (labels * n ** 2 > MOST_ENTRIES) {
      const expected = `labels × examples² of at most ${MOST_ENTRIES}`;
      throw outOfRange(
        expected,
        "examples of the head 'svm'",
        `${labels} labels and ${n} examples`,
      );
    }
    const rows = x.to('float64');
    const eye = torch.eye(n, { dtype: 'float64' });
    const kernel = rows.matmul(rows.mT).add(eye, { alpha: JITTER }).unsqueeze(0);
    const targets = oneHot(y, labels, rows).mT.unsqueeze(0);
    const alpha = solveSvmDual({ kernel, targets, bound: BOUND }).squeeze(0);
    return { weights: rows.mT.matmul(alpha.mT).to('float32') };
  },
  scores: ({ weights }, x) => x.matmul(weights),
};
