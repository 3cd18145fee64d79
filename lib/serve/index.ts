export { EncoderPool, type EncoderPoolOptions } from './encoder-pool';
export { type ExampleReport, inspectExamples } from './examples/inspect-examples';
export type { ExamplesInput } from './examples/read-examples';
export { FewShotClassifier } from './few-shot-classifier';
export type { HeadName } from './heads';
export type { Neighbor, Prediction, UnknownReason } from './prediction';
export type { FewShotOptions } from './setup';
export type { Suspect } from './suspects';
export type { RequestOptions } from './workers/request-queue';
