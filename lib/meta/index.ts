export { type Episodes, type Examples, IGNORED, taskCount } from './episode';
export {
  type AdaptOptions,
  type Learner,
  type MetaGradient,
  metaGradient,
  queryAccuracy,
  queryLogits,
} from './learner';
export { type MamlAdapted, type MamlOptions, type MamlParams, maml } from './maml';
export { type NearestClassMeanOptions, nearestClassMean } from './nearest-class-mean';
export { type Prototypes, type PrototypicalOptions, prototypical } from './prototypical';
export { classMeans, membership, type TaskLoss, taskAccuracy, taskCrossEntropy } from './task-loss';
