import type { Tensor, Tree } from '../torch';

/** `maxSecondMoment` is `{}` without amsgrad. */
export type AdamState = {
  step: Tensor;
  firstMoment: Tree;
  secondMoment: Tree;
  maxSecondMoment: Tree;
};
