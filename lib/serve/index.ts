export type { AdaptOptions } from './adapted/adapt-options';
export { AdaptedClassifier } from './adapted/adapted-classifier';
export type { AdaptedOptions } from './adapted/adapted-options';
export { MetaModelPool } from './adapted/meta-model-pool';
export { Assistant, type AssistantStatus } from './assistant/assistant';
export type { AssistantDefinition, Intent, IntentAnswer, PastAnswer } from './assistant/definition';
export type { AssistantOptions } from './assistant/options';
export type { RetrievedAnswer } from './assistant/past-answers';
export type { Forgotten, HandOverReason, Reply } from './assistant/reply';
export type { Slot, SlotValue } from './assistant/slots';
export { createServer } from './create-server';
export { EncoderPool } from './encoder-pool';
export { type ExampleReport, inspectExamples } from './examples/inspect-examples';
export type { Example, ExamplesInput } from './examples/read-examples';
export type { ExplainedWord, ExplainOptions, Explanation } from './explain/explanation';
export { FewShotClassifier } from './few-shot-classifier';
export type { HeadName } from './heads';
export type { HeldOutAnswer } from './held-out-answers';
export type { Tokens } from './http/access';
export type { HttpServer } from './http/http-server';
export type { LogLevel, ServerOptions } from './http/options';
export { type ShutdownOptions, shutDown, shutDownOnSignals } from './http/shut-down';
export { type ClassifierLimits, LimitError } from './limits';
export type { MonitorItem } from './monitor/item';
export type { MonitorOptions } from './monitor/monitor-options';
export type { MonitorAlert } from './monitor/monitor-state';
export { OpinionMonitor, type PushResult } from './monitor/opinion-monitor';
export type { MonitorSummary, TopicSummary } from './monitor/summary';
export type { Place, PlacedExample } from './places';
export type { EncoderPoolOptions } from './pool-options';
export type { Neighbor, Prediction, UnknownReason } from './prediction';
export { type Membership, type MembershipScore, membershipTest } from './privacy/membership';
export { type QueryRow, queriesOf } from './privacy/queries';
export { type SavedContents, savedContents } from './privacy/saved-contents';
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
  type DecidingInstance,
  InstanceMemory,
  type InstanceOptions,
  type InstancePrediction,
  type InstanceRequestOptions,
} from './tasks/instances/instance-memory';
export {
  PairClassifier,
  type PairOptions,
  type PairPrediction,
  type PairRequestOptions,
} from './tasks/pairs/pair-classifier';
export type { PairExample, TextPair } from './tasks/pairs/text-pairs';
export {
  type ResponseOptions,
  ResponseSelector,
  type SelectedResponse,
  type SelectOptions,
} from './tasks/ranking/response-selector';
export {
  type ExtractedSentence,
  type SummarizeOptions,
  Summarizer,
  type SummarizerOptions,
} from './tasks/ranking/summarizer';
export {
  type RatedNeighbor,
  RatingModel,
  type RatingOptions,
  type RatingPrediction,
  RatingPredictor,
} from './tasks/ratings/rating-model';
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
export {
  type AdaptTranslatorOptions,
  PhraseTranslator,
  type TranslateOptions,
  type Translation,
  type TranslatorOptions,
} from './tasks/translation/phrase-translator';
export {
  exampleFeatures,
  type HeadTask,
  headLeaderboard,
  type LeaderboardOptions,
} from './tuning/head-leaderboard';
export type { TuneOptions, TuneReport } from './tuning/tune-options';
export type { RequestOptions } from './workers/request-queue';
