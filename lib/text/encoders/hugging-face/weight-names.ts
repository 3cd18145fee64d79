import type { ModelType } from './model-config';

/** The names that a family of models gives its weights, after a prefix that files differ in. */
export type WeightNames = {
  /** What models with a head of any kind write before the names of the encoder. */
  readonly prefix: string;
  readonly words: string;
  readonly positions: string;
  readonly types: string;
  readonly norm: string;
  readonly relative: string;
  /** What comes before the number of a layer; the others after it. */
  readonly layer: string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly output: string;
  readonly attentionNorm: string;
  readonly up: string;
  readonly down: string;
  readonly outputNorm: string;
};

const BERT: WeightNames = {
  prefix: 'bert.',
  words: 'embeddings.word_embeddings',
  positions: 'embeddings.position_embeddings',
  types: 'embeddings.token_type_embeddings',
  norm: 'embeddings.LayerNorm',
  relative: 'encoder.relative_attention_bias',
  layer: 'encoder.layer.',
  query: 'attention.self.query',
  key: 'attention.self.key',
  value: 'attention.self.value',
  output: 'attention.output.dense',
  attentionNorm: 'attention.output.LayerNorm',
  up: 'intermediate.dense',
  down: 'output.dense',
  outputNorm: 'output.LayerNorm',
};

const ROBERTA: WeightNames = { ...BERT, prefix: 'roberta.' };

export const WEIGHT_NAMES: Readonly<Record<ModelType, WeightNames>> = {
  bert: BERT,
  roberta: ROBERTA,
  'xlm-roberta': ROBERTA,
  camembert: ROBERTA,
  mpnet: {
    ...BERT,
    prefix: 'mpnet.',
    query: 'attention.attn.q',
    key: 'attention.attn.k',
    value: 'attention.attn.v',
    output: 'attention.attn.o',
    attentionNorm: 'attention.LayerNorm',
  },
  distilbert: {
    ...BERT,
    prefix: 'distilbert.',
    layer: 'transformer.layer.',
    query: 'attention.q_lin',
    key: 'attention.k_lin',
    value: 'attention.v_lin',
    output: 'attention.out_lin',
    attentionNorm: 'sa_layer_norm',
    up: 'ffn.lin1',
    down: 'ffn.lin2',
    outputNorm: 'output_layer_norm',
  },
};

/** What files write before the names, beside the family's own prefix. */
const PREFIXES = ['', '0.auto_model.', 'auto_model.', '0.model.', 'model.'];

/** The prefix by which a file names the encoder's weights; undefined if it has none. */
export function prefixOf(names: WeightNames, has: (name: string) => boolean): string | undefined {
  const all = PREFIXES.flatMap((prefix) => [prefix, prefix + names.prefix]);
  return all.find((prefix) => has(`${prefix}${names.words}.weight`));
}

/** Heads for other tasks and what can be computed: no part of a text's vector. */
const OTHERS =
  /^(?:pooler\.|cls\.|lm_head\.|classifier\.|pre_classifier\.|qa_outputs\.|vocab_(?:transform|layer_norm|projector)\.|embeddings\.(?:position_ids|token_type_ids)$)/;

/** True for weights that may be left out without changing what texts become. */
export function isNoPart(name: string, prefix: string): boolean {
  if (!name.startsWith(prefix)) return true;
  return OTHERS.test(name.slice(prefix.length));
}
