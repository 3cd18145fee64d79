export { type AnilOptions, anil } from './anil';
export type { EncodedModelOptions, EncodedParams } from './encoded-model';
export { type Episodes, type Examples, IGNORED, taskCount } from './episode';
export { type FineTuningOptions, fineTuning } from './fine-tuning';
export type { InnerLoopOptions } from './inner-loop';
export {
  type AdaptOptions,
  type Learner,
  type MetaGradient,
  metaGradient,
  queryAccuracy,
  queryLogits,
} from './learner';
export { type MamlAdapted, type MamlOptions, type MamlParams, maml } from './maml';
export { type MetaSgdOptions, type MetaSgdParams, metaSgd } from './meta-sgd';
export { type NearestClassMeanOptions, nearestClassMean } from './nearest-class-mean';
export { type Prototypes, type PrototypicalOptions, prototypical } from './prototypical';
export { type ReptileOptions, reptile } from './reptile';
export { classMeans, membership, type TaskLoss, taskAccuracy, taskCrossEntropy } from './task-loss';
