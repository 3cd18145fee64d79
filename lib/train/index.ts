export type { Callback, Logger, RunView, StepReport } from './callbacks/callback';
export type { EarlyStoppingOptions } from './callbacks/early-stopping';
export { type Checkpoint, type Json, loadCheckpoint, saveCheckpoint } from './checkpoint';
export type { CheckpointOptions } from './checkpoints/checkpoint-options';
export { latestCheckpoint, type SavedRun } from './checkpoints/latest';
export { type CompressOptions, compress } from './compress/compress';
export type { Compression } from './compress/compression';
export type { ConfigOf, ConfigSchema } from './config-schema';
export type { FineTuneStep } from './contrastive/fine-tune';
export { type FineTuneEncoderOptions, fineTuneEncoder } from './contrastive/fine-tune-encoder';
export type { FineTuneOptions } from './contrastive/fine-tune-options';
export { cosinePairLoss, supervisedContrast, tokenContrast } from './contrastive/losses';
export type { TrainDistributed } from './distributed/ranks';
export { ownPart, type Share } from './distributed/share';
export { type Estimate, estimate, formatAccuracy } from './estimate';
export {
  accuracyOf,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  formatEvaluation,
} from './evaluate';
export type { TrainHistory } from './history';
export { type CsvLoggerOptions, csvLogger } from './loggers/csv-logger';
export { TensorBoardWriter } from './loggers/event-writer';
export { type JsonLinesLoggerOptions, jsonLinesLogger } from './loggers/json-lines-logger';
export {
  type Meter,
  type OpenTelemetryOptions,
  openTelemetryLogger,
} from './loggers/open-telemetry-logger';
export { type ProgressOptions, progressLogger } from './loggers/progress-logger';
export { type TensorBoardOptions, tensorBoardLogger } from './loggers/tensorboard-logger';
export type { Calibration, ReliabilityBin } from './metrics/calibration';
export type { ClassScore } from './metrics/class-scores';
export { type Fairness, type FairnessOptions, fairness, type GroupRates } from './metrics/fairness';
export type { Figure } from './metrics/figure';
export { type Bleu, type BleuOptions, bleu } from './metrics/generation/bleu';
export { chrf } from './metrics/generation/chrf';
export {
  type Rouge,
  type RougeOptions,
  type RougeScore,
  rouge,
} from './metrics/generation/rouge';
export type { Groups } from './metrics/groups';
export { type RankingScores, rankingScores } from './metrics/ranking-scores';
export { type RatingScores, ratingScores } from './metrics/rating-scores';
export { type SpanScore, type SpanScores, spanScores } from './metrics/span-scores';
export { viewContrast } from './pretraining/contrast';
export type { PretrainingStep } from './pretraining/descent';
export { type PretrainOptions, pretrainEncoder } from './pretraining/pretrain';
export { trainEncoderDecoder } from './pretraining/train-encoder-decoder';
export { trainLanguageModel } from './pretraining/train-language-model';
export {
  type CardDetails,
  type ModelCard,
  modelCard,
} from './report/card';
export { type ChangedText, type Comparison, comparePredictions } from './report/comparison';
export type { HardText } from './report/hardest';
export {
  type LoadedPredictions,
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
export {
  cardMarkdown,
  comparisonHtml,
  comparisonMarkdown,
  reportHtml,
  reportMarkdown,
} from './report/render';
export { type Report, type ReportOptions, report } from './report/report';
export type { Run, RunSummary } from './report/runs';
export type { RunConfig, RunInput } from './runs/config';
export { type FitResult, fit, type SeedResult } from './runs/fit';
export { fitInWorker, type WorkerHooks } from './runs/fit-in-worker';
export { MetaModel, type ModelFacts } from './runs/model';
export { loadModel, saveModel } from './runs/saved-model';
export type { TestResult } from './runs/test-run';
export type { RunHooks } from './runs/train-run';
export { type Trial, TrialPruned } from './search/running-trial';
export { type Objective, type SearchResult, search } from './search/search';
export type { SamplerInput, SearchOptions } from './search/search-options';
export type { ParamsOf, SearchParameter, SearchSpace, TrialParams } from './search/space';
export type { TrialRecord, TrialState } from './search/trial';
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
