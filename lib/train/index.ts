export { type Checkpoint, type Json, loadCheckpoint, saveCheckpoint } from './checkpoint';
export type { ConfigOf, ConfigSchema } from './config-schema';
export type { FineTuneStep } from './contrastive/fine-tune';
export { type FineTuneEncoderOptions, fineTuneEncoder } from './contrastive/fine-tune-encoder';
export type { FineTuneOptions } from './contrastive/fine-tune-options';
export { cosinePairLoss, supervisedContrast } from './contrastive/losses';
export {
  accuracyOf,
  type Estimate,
  type Evaluation,
  estimate,
  evaluate,
  formatAccuracy,
  formatEvaluation,
} from './evaluate';
export { type ProgressOptions, progressLogger } from './loggers/progress-logger';
export { viewContrast } from './pretraining/contrast';
export type { PretrainingStep } from './pretraining/descent';
export { type PretrainOptions, pretrainEncoder } from './pretraining/pretrain';
export { trainLanguageModel } from './pretraining/train-language-model';
export {
  buildTextLearner,
  loadTextModel,
  saveTextModel,
  type TextLearner,
  type TextModelConfig,
  textModelSchema,
} from './text-model';
export {
  type Logger,
  type StepReport,
  type TrainOptions,
  type TrainResult,
  train,
} from './trainer';
