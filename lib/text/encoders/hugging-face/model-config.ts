import { join } from 'node:path';
import { z } from 'zod';
import { parseFileContent, readJsonFile } from '../../../checked-file';
import type { BertOptions, TransformerActivation } from '../../../nn';

/** What a folder's `config.json` says of the model. */
export type ModelConfig = { readonly type: ModelType; readonly options: BertOptions };

export type ModelType = z.output<typeof schema>['model_type'];

const CONFIG_FILE = 'config.json';

const positive = z.number().int().positive();
const fraction = z.number().min(0).max(1).default(0.1);

/** Names of activations, and those that this library has for them. */
const ACTIVATIONS = {
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  relu: 'relu',
} as const satisfies Readonly<Record<string, TransformerActivation>>;

const activation = z.enum(Object.keys(ACTIVATIONS) as (keyof typeof ACTIVATIONS)[]).default('gelu');

/** Without what would make it another model: a decoder, or other positions than a table's. */
const encoderOnly = {
  is_decoder: z.literal(false).optional(),
  add_cross_attention: z.literal(false).optional(),
  position_embedding_type: z.literal('absolute').optional(),
};

const common = {
  vocab_size: positive,
  hidden_size: positive,
  num_hidden_layers: positive,
  num_attention_heads: positive,
  intermediate_size: positive,
  max_position_embeddings: positive,
  hidden_act: activation,
  layer_norm_eps: z.number().nonnegative().default(1e-12),
  hidden_dropout_prob: fraction,
  attention_probs_dropout_prob: fraction,
  ...encoderOnly,
};

const padded = { pad_token_id: z.number().int().nonnegative().default(1) };
const typed = { type_vocab_size: positive.default(2) };

const schema = z.discriminatedUnion('model_type', [
  z.object({ model_type: z.literal('bert'), ...common, ...typed }),
  z.object({ model_type: z.literal('roberta'), ...common, ...typed, ...padded }),
  z.object({ model_type: z.literal('xlm-roberta'), ...common, ...typed, ...padded }),
  z.object({ model_type: z.literal('camembert'), ...common, ...typed, ...padded }),
  z.object({
    model_type: z.literal('mpnet'),
    ...common,
    relative_attention_num_buckets: positive.default(32),
  }),
  z.object({
    model_type: z.literal('distilbert'),
    vocab_size: positive,
    dim: positive,
    n_layers: positive,
    n_heads: positive,
    hidden_dim: positive,
    max_position_embeddings: positive,
    activation,
    dropout: fraction,
    attention_dropout: fraction,
  }),
]);

/** MPNet's positions begin here whatever its config says: the row of padding and the one before are unused. */
const MPNET_OFFSET = 2;

/**
 * Reads `config.json` of a folder in Hugging Face's layout.
 *
 * @throws TorchError `ERR_TORCH_FILE` if it is missing, or of another model than BERT, RoBERTa, XLM-RoBERTa,
 *   CamemBERT, MPNet and DistilBERT
 */
export function readModelConfig(folder: string): ModelConfig {
  const path = join(folder, CONFIG_FILE);
  const json = readJsonFile(path, 'the config of a Hugging Face model');
  const names = schema.options.map((one) => one.shape.model_type.value).join(', ');
  const config = parseFileContent(path, schema, json, `the config of an encoder (${names})`);
  return { type: config.model_type, options: optionsOf(config) };
}

function optionsOf(config: z.output<typeof schema>): BertOptions {
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
    return { ...options, tokenTypes: 0, positionOffset: MPNET_OFFSET, relativeBuckets };
  }
  const typed = { ...options, tokenTypes: config.type_vocab_size };
  if (config.model_type === 'bert') return typed;
  return { ...typed, positionOffset: config.pad_token_id + 1 };
}
