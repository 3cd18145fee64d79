import { join } from 'node:path';
import {
  fraction,
  layerCount,
  literal,
  notNegative,
  oneOf,
  optional,
  positiveInteger,
  required,
  someVariant,
  stepCount,
  type Variant,
  withDefault,
} from '../../../check';
import { parseFileContent, readJsonFile } from '../../../files/checked-file';
import type { BertOptions, TransformerActivation } from '../../../nn';

/** What a folder's `config.json` says of the model. */
export type ModelConfig = { readonly type: ModelType; readonly options: BertOptions };

export type ModelType = keyof typeof VARIANTS;

const CONFIG_FILE = 'config.json';

const size = required(positiveInteger);
const dropout = withDefault(fraction, 0.1);

/** Names of activations, and those that this library has for them. */
const ACTIVATIONS = {
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  relu: 'relu',
} as const satisfies Readonly<Record<string, TransformerActivation>>;

type ActivationName = keyof typeof ACTIVATIONS;

const activation = withDefault(oneOf(...(Object.keys(ACTIVATIONS) as ActivationName[])), 'gelu');

/** Without what would make it another model: a decoder, or other positions than a table's. */
const encoderOnly = {
  is_decoder: optional(literal(false)),
  add_cross_attention: optional(literal(false)),
  position_embedding_type: optional(literal('absolute')),
};

const common = {
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: required(layerCount),
  num_attention_heads: size,
  intermediate_size: size,
  max_position_embeddings: size,
  hidden_act: activation,
  layer_norm_eps: withDefault(notNegative, 1e-12),
  hidden_dropout_prob: dropout,
  attention_probs_dropout_prob: dropout,
  ...encoderOnly,
};

const padded = { pad_token_id: withDefault(stepCount, 1) };
const typed = { type_vocab_size: withDefault(positiveInteger, 2) };

const VARIANTS = {
  bert: { ...common, ...typed },
  roberta: { ...common, ...typed, ...padded },
  'xlm-roberta': { ...common, ...typed, ...padded },
  camembert: { ...common, ...typed, ...padded },
  // The model's code has no other number of buckets, whatever its config says.
  mpnet: { ...common, relative_attention_num_buckets: withDefault(literal(32), 32) },
  distilbert: {
    vocab_size: size,
    dim: size,
    n_layers: required(layerCount),
    n_heads: size,
    hidden_dim: size,
    max_position_embeddings: size,
    activation,
    dropout,
    attention_dropout: dropout,
  },
};
const configCheck = someVariant('model_type', VARIANTS);

/** MPNet's padding, whatever its config says: positions begin after its row. */
const MPNET_PADDING = 1;

/**
 * Reads `config.json` of a folder in Hugging Face's layout.
 *
 * @throws TorchError `ERR_TORCH_FILE` if it is missing, or of another model than BERT, RoBERTa, XLM-RoBERTa,
 *   CamemBERT, MPNet and DistilBERT
 */
export function readModelConfig(folder: string): ModelConfig {
  const path = join(folder, CONFIG_FILE);
  const json = readJsonFile(path, 'the config of a Hugging Face model');
  const names = Object.keys(VARIANTS).join(', ');
  const config = parseFileContent(path, configCheck, json, `the config of an encoder (${names})`);
  return { type: config.model_type, options: optionsOf(config) };
}

function optionsOf(config: Variant<'model_type', typeof VARIANTS>): BertOptions {
  const shared = { vocabularySize: config.vocab_size, positions: config.max_position_embeddings };
  if (config.model_type === 'distilbert') {
    return {
      ...shared,
      dimensions: config.dim,
      layers: config.n_layers,
      heads: config.n_heads,
      hidden: config.hidden_dim,
      activation: ACTIVATIONS[config.activation],
      dropout: config.dropout,
      attentionDropout: config.attention_dropout,
      tokenTypes: 0,
    };
  }
  const options = {
    ...shared,
    dimensions: config.hidden_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    hidden: config.intermediate_size,
    activation: ACTIVATIONS[config.hidden_act],
    eps: config.layer_norm_eps,
    dropout: config.hidden_dropout_prob,
    attentionDropout: config.attention_probs_dropout_prob,
  };
  if (config.model_type === 'mpnet') {
    const relativeBuckets = config.relative_attention_num_buckets;
    return { ...options, tokenTypes: 0, ...placed(MPNET_PADDING), relativeBuckets };
  }
  const typed = { ...options, tokenTypes: config.type_vocab_size };
  if (config.model_type === 'bert') return typed;
  return { ...typed, ...placed(config.pad_token_id) };
}

/** Padding has its own row of positions, also where a text says it, and all others come after that. */
const placed = (paddingId: number) => ({ paddingId, positionOffset: paddingId + 1 });
