export { type AnilOptions, anil } from './anil';
export {
  type ContrastiveSiameseOptions,
  type ContrastiveSiameseParams,
  contrastiveSiamese,
} from './contrastive-siamese';
export {
  type DistributionalSignaturesOptions,
  type DistributionalSignaturesParams,
  distributionalSignatures,
  type SignatureAdapted,
  type Words,
} from './distributional-signatures';
export type { EncodedModelOptions, EncodedParams } from './encoded-model';
export { type Episodes, type Examples, IGNORED, taskCount } from './episode';
export { type FineTuningOptions, fineTuning } from './fine-tuning';
export {
  followTheMetaLeader,
  type OnlineOptions,
  type OnlineState,
  type Round,
  taskSimilarity,
} from './follow-the-meta-leader';
export { type GraphOptions, type GraphParams, graphNetwork, type SupportGraph } from './graph';
export { type ImamlOptions, imaml } from './imaml';
export {
  type ClassVectors,
  type InductionOptions,
  type InductionParams,
  induction,
} from './induction';
export type { InnerLoopOptions } from './inner-loop';
export { type RatedOptimizer, withRates } from './learned-rates';
export {
  type AdaptOptions,
  type Learner,
  type MetaGradient,
  type MetaGradientOptions,
  metaGradient,
  queryAccuracy,
  queryLogits,
} from './learner';
export { type LinearProbeOptions, linearProbe, type ProbeAdapted } from './linear-probe';
export { type MamlAdapted, type MamlOptions, type MamlParams, maml } from './maml';
export {
  type MamlPlusPlusOptions,
  type MamlPlusPlusParams,
  mamlPlusPlus,
} from './maml-plus-plus';
export { type Mann, type MannAdapted, type MannOptions, type MannParams, mann } from './mann';
export {
  type MatchingAdapted,
  type MatchingOptions,
  type MatchingParams,
  matching,
} from './matching';
export type { FullContextParams } from './matching-context';
export {
  type LstmOptimizerParams,
  type MetaLstmOptions,
  type MetaLstmParams,
  metaLstm,
} from './meta-lstm';
export {
  type MetaNetworksAdapted,
  type MetaNetworksOptions,
  type MetaNetworksParams,
  metaNetworks,
} from './meta-networks';
export { type MetaSgdOptions, type MetaSgdParams, metaSgd } from './meta-sgd';
export { type MetaOptNetOptions, type MetaOptNetParams, metaOptNet } from './metaoptnet';
export { type MultiTaskOptions, type MultiTaskParams, multiTask } from './multi-task';
export { type NearestClassMeanOptions, nearestClassMean } from './nearest-class-mean';
export type { ClassScore, EmbeddedSupport } from './pairs';
export { type Prototypes, type PrototypicalOptions, prototypical } from './prototypical';
export {
  type R2d2Options,
  type R2d2Params,
  type RidgeAdapted,
  r2d2,
  ridgeRegression,
} from './r2d2';
export { type SineTaskOptions, sineTasks, taskMse } from './regression-tasks';
export {
  type ClassSums,
  type RelationOptions,
  type RelationParams,
  relation,
  relationLoss,
} from './relation';
export { type ReptileOptions, reptile } from './reptile';
export { type Candidate, type Score, type Selection, selectLearner } from './select-learner';
export { type SiameseOptions, type SiameseParams, siamese } from './siamese';
export { type SnailAdapted, type SnailOptions, type SnailParams, snail } from './snail';
export { classMeans, membership, type TaskLoss, taskAccuracy, taskCrossEntropy } from './task-loss';
