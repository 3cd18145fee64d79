export type { Callback, Logger, RunView, StepReport } from './callbacks/callback';
export type { EarlyStoppingOptions } from './callbacks/early-stopping';
export { type Checkpoint, type Json, loadCheckpoint, saveCheckpoint } from './checkpoint';
export type { CheckpointOptions } from './checkpoints/checkpoint-options';
export { latestCheckpoint, type SavedRun } from './checkpoints/latest';
export type { ConfigOf, ConfigSchema } from './config-schema';
export type { FineTuneStep } from './contrastive/fine-tune';
export { type FineTuneEncoderOptions, fineTuneEncoder } from './contrastive/fine-tune-encoder';
export type { FineTuneOptions } from './contrastive/fine-tune-options';
export { cosinePairLoss, supervisedContrast } from './contrastive/losses';
export { type Estimate, estimate, formatAccuracy } from './estimate';
export { accuracyOf, type Evaluation, evaluate, formatEvaluation } from './evaluate';
export type { TrainHistory } from './history';
export { type ProgressOptions, progressLogger } from './loggers/progress-logger';
export {
  loadPredictions,
  type NearestExample,
  type OpenPredictions,
  openPredictions,
  type PredictionHeader,
  type Predictions,
  type Protocol,
  type QueryPrediction,
  type WritePredictionsOptions,
  writePredictions,
} from './report/predictions';
export type { TrainPrecision } from './step-gradient';
export {
  buildTextLearner,
  loadTextModel,
  saveTextModel,
  type TextLearner,
  type TextModelConfig,
  textModelSchema,
} from './text-model';
export type { TrainOptions } from './train-options';
export { type TrainResult, train } from './trainer';
