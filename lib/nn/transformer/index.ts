export { type Bert, type BertParams, bert } from './bert';
export type { BertOptions, LinearProjection, TextProjection } from './bert-options';
export type { EncoderLayerParams, TransformerActivation } from './encoder-layer';
export type { TokenIds } from './packed-texts';
export type { TextEmbeddingsParams } from './text-embeddings';
export type { TextPooling } from './text-pooling';
