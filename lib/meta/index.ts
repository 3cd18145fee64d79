export {
  type DistributionalSignaturesOptions,
  type DistributionalSignaturesParams,
  distributionalSignatures,
  type SignatureAdapted,
  type Words,
} from './closed-form/distributional-signatures';
export {
  type MetaOptNetOptions,
  type MetaOptNetParams,
  metaOptNet,
} from './closed-form/metaoptnet';
export {
  type R2d2Options,
  type R2d2Params,
  type RidgeAdapted,
  r2d2,
  ridgeRegression,
} from './closed-form/r2d2';
export {
  type EncodedExamples,
  type EncodedModel,
  type EncodedModelOptions,
  type EncodedParams,
  encodedModel,
} from './encoded-model';
export {
  checkLabels,
  checkSupport,
  type Episodes,
  type Examples,
  IGNORED,
  taskCount,
} from './episode';
export { type AnilOptions, anil } from './gradient/anil';
export { type DescentOptions, type FineTuningOptions, fineTuning } from './gradient/fine-tuning';
export { flattenParameters, unflattenParameters } from './gradient/flatten-parameters';
export {
  followTheMetaLeader,
  type OnlineOptions,
  type OnlineState,
  type Round,
  taskSimilarity,
} from './gradient/follow-the-meta-leader';
export { type ImamlOptions, imaml } from './gradient/imaml';
export {
  clipTasks,
  type InnerLoopOptions,
  type InnerRun,
  innerLoop,
  taskGradients,
} from './gradient/inner-loop';
export { type RatedOptimizer, withRates } from './gradient/learned-rates';
export { type LinearProbeOptions, linearProbe, type ProbeAdapted } from './gradient/linear-probe';
export { type MamlAdapted, type MamlOptions, type MamlParams, maml } from './gradient/maml';
export {
  type MamlPlusPlusOptions,
  type MamlPlusPlusParams,
  mamlPlusPlus,
} from './gradient/maml-plus-plus';
export {
  type LstmOptimizerParams,
  type MetaLstmOptions,
  type MetaLstmParams,
  metaLstm,
} from './gradient/meta-lstm';
export { type MetaSgdOptions, type MetaSgdParams, metaSgd } from './gradient/meta-sgd';
export { type MultiTaskOptions, type MultiTaskParams, multiTask } from './gradient/multi-task';
export {
  type KeptSolution,
  type MixtureOptions,
  type MixtureRound,
  type MixtureState,
  onlineMixture,
} from './gradient/online-mixture';
export { type ReptileOptions, reptile } from './gradient/reptile';
export {
  type Choice,
  type LearnedSelection,
  learnSelection,
  type TaskRecord,
} from './learn-selection';
export {
  type AdaptOptions,
  adaptScope,
  gradientsOf,
  type Learner,
  type MetaGradient,
  type MetaGradientOptions,
  metaGradient,
  queryLogits,
  queryLoss,
} from './learner';
export {
  type Mann,
  type MannAdapted,
  type MannOptions,
  type MannParams,
  mann,
} from './memory/mann';
export {
  type MetaNetworksAdapted,
  type MetaNetworksOptions,
  type MetaNetworksParams,
  metaNetworks,
} from './memory/meta-networks';
export { type SnailAdapted, type SnailOptions, type SnailParams, snail } from './memory/snail';
export {
  type ContrastiveSiameseOptions,
  type ContrastiveSiameseParams,
  contrastiveSiamese,
} from './metric/contrastive-siamese';
export {
  type GraphOptions,
  type GraphParams,
  graphNetwork,
  type SupportGraph,
} from './metric/graph';
export {
  type ClassVectors,
  type InductionOptions,
  type InductionParams,
  induction,
} from './metric/induction';
export {
  type MatchingAdapted,
  type MatchingOptions,
  type MatchingParams,
  matching,
} from './metric/matching';
export type { FullContextParams } from './metric/matching-context';
export { type NearestClassMeanOptions, nearestClassMean } from './metric/nearest-class-mean';
export type { ClassScore, EmbeddedSupport } from './metric/pairs';
export type { Prototypes } from './metric/prototype-learner';
export { type PrototypicalOptions, prototypical } from './metric/prototypical';
export {
  type ClassSums,
  type RelationOptions,
  type RelationParams,
  relation,
  relationLoss,
} from './metric/relation';
export { type SiameseOptions, type SiameseParams, siamese } from './metric/siamese';
export { type QueryScores, queryAccuracy, queryScores } from './query-scores';
export { type SineTaskOptions, sineTasks, taskMse } from './regression-tasks';
export { type Candidate, type Score, type Selection, selectLearner } from './select-learner';
export { type TaskFeatures, taskFeatures } from './task-features';
export {
  checkWays,
  classMeans,
  oneHot,
  type TaskLoss,
  taskAccuracy,
  taskCrossEntropy,
  taskLosses,
} from './task-loss';
