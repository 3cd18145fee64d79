export { AdaptedClassifier, type AdaptedOptions } from './adapted-classifier';
export { createServer } from './create-server';
export { EncoderPool } from './encoder-pool';
export { type ExampleReport, inspectExamples } from './examples/inspect-examples';
export type { ExamplesInput } from './examples/read-examples';
export { FewShotClassifier } from './few-shot-classifier';
export type { HeadName } from './heads';
export type { Tokens } from './http/access';
export type { HttpServer } from './http/http-server';
export type { LogLevel, ServerOptions } from './http/options';
export { type ShutdownOptions, shutDown, shutDownOnSignals } from './http/shut-down';
export { type ClassifierLimits, LimitError } from './limits';
export type { Place, PlacedExample } from './places';
export type { EncoderPoolOptions } from './pool-options';
export type { Neighbor, Prediction, UnknownReason } from './prediction';
export type { Servable } from './servable';
export type { AdditionOptions, EditOptions, FewShotOptions } from './setup';
export type { Change } from './store/changes';
export { ClassifierStore, type StoreOptions } from './store/classifier-store';
export type { Classifiers, FitSettings } from './store/classifiers';
export type { Suspect } from './suspects';
export {
  EntityBoundaries,
  type EntityBoundariesOptions,
  EntityRecognizer,
  type EntityRecognizerOptions,
  type FoundEntity,
  type RatedEntity,
} from './tasks/entities';
export {
  type Item,
  type Reason,
  type Recommendation,
  Recommender,
} from './tasks/recommend/recommender';
export {
  RelationClassifier,
  type RelationOptions,
  type RelationPrediction,
} from './tasks/relations/relation-classifier';
export { TransferClassifier, type TransferOptions } from './tasks/transfer';
export type { TuneOptions, TuneReport } from './tuning/tune-options';
export type { RequestOptions } from './workers/request-queue';
