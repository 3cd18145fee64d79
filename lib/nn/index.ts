export { type ActivationName, gelu, relu, tanh } from './activations';
export { type ConvMaxPoolOptions, convMaxPool } from './conv-max-pool';
export { type Conv1dOptions, type ConvPadding, conv1d } from './conv1d';
export { type DropoutOptions, dropout } from './dropout';
export { type EmbeddingOptions, type EmbeddingParams, embedding } from './embedding';
export { type Functional, functional } from './functional';
export { identity } from './identity';
export {
  type InitOptions,
  kaimingUniform,
  normal,
  ones,
  uniform,
  xavierUniform,
  zeros,
} from './init';
export type { Context, InputOf, Layer, NoParams, ParamsOf } from './layer';
export { type LayerNormOptions, type LayerNormParams, layerNorm } from './layer-norm';
export { type LinearOptions, type LinearParams, linear } from './linear';
export {
  type AccuracyOptions,
  accuracy,
  type CrossEntropyOptions,
  crossEntropy,
  type LossOptions,
  mse,
  type Reduction,
} from './losses';
export { type MaskedTokens, meanPooling } from './mean-pooling';
export { type MlpOptions, type MlpParams, mlp } from './mlp';
export {
  type AttentionInput,
  type MultiHeadAttentionOptions,
  type MultiHeadAttentionParams,
  multiHeadAttention,
} from './multi-head-attention';
export { overTasks, type TaskParams } from './over-tasks';
export { countParameters, trainable } from './parameters';
export { type GruOptions, type GruParams, gru } from './recurrent/gru';
export {
  type GruCell,
  type GruCellOptions,
  type GruCellParams,
  type GruState,
  gruCell,
} from './recurrent/gru-cell';
export { type LstmOptions, type LstmParams, lstm } from './recurrent/lstm';
export {
  type LstmCell,
  type LstmCellOptions,
  type LstmCellParams,
  type LstmState,
  lstmCell,
} from './recurrent/lstm-cell';
export type { Sequences } from './recurrent/recurrent-layer';
export { type SequentialParams, sequential } from './sequential';
export { expandTasks, selectTask } from './tasks';
export {
  type Bert,
  type BertOptions,
  type BertParams,
  bert,
  type EncoderLayerParams,
  type LinearProjection,
  type TextEmbeddingsParams,
  type TextPooling,
  type TextProjection,
  type TokenIds,
  type TransformerActivation,
} from './transformer';
