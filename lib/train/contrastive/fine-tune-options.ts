import {
  flag,
  integerFrom,
  notNegative,
  numberWhere,
  type OptionsOf,
  oneOf,
  optional,
  positiveFinite,
  positiveInteger,
  type ReadOptions,
  readOptions,
  withDefault,
} from '../../check';

const layersOf = (value: unknown, name: string, operator: string): number | 'all' =>
  value === 'all' ? 'all' : integerFrom(1, value, name, operator);

const shareOf = (value: unknown, name: string, operator: string): number =>
  numberWhere((x) => x > 0 && x <= 1, 'a number above 0, at most 1', value, name, operator);

const seedOf = (value: unknown, name: string, operator: string): number =>
  integerFrom(0, value, name, operator);

/** How an encoder is fine-tuned by contrast. */
export const FINE_TUNE = {
  /**
   * `batch-contrast`: each text of a batch against all others, see `supervisedContrast`. `token-contrast`: the
   * same by the similarity of their tokens, see `tokenContrast`; only for encoders of Hugging Face. `cosine-pairs`:
   * pair by pair, see `cosinePairLoss`. Default: `batch-contrast`.
   */
  loss: withDefault<'batch-contrast' | 'token-contrast' | 'cosine-pairs'>(
    oneOf('batch-contrast', 'token-contrast', 'cosine-pairs'),
    'batch-contrast',
  ),
  /** Layers that are trained, counted from the last; fewer are faster and forget less. Default: `all`. */
  layers: withDefault<number | 'all'>(layersOf, 'all'),
  /** Whether the vectors of words and positions are trained too. Default: false. */
  embeddings: withDefault(flag, false),
  /** Whether names of labels are texts of the contrast too: `card_lost` as «card lost». Default: true. */
  labelNames: withDefault(flag, true),
  /** Texts of a batch, or pairs. Default: 64. */
  batchSize: withDefault(positiveInteger, 64),
  /** Steps. Default: what reads each example 15 times, at least 20 and at most 150. */
  steps: optional(positiveInteger),
  /** The greatest learning rate, which rises for a tenth of the steps and falls to 0. Default: 5e-5. */
  learningRate: withDefault(positiveFinite, 5e-5),
  /** λ of AdamW. Default: 0.01. */
  weightDecay: withDefault(notNegative, 0.01),
  /** τ of `batch-contrast` and `token-contrast`. Default: 0.07. */
  temperature: withDefault(positiveFinite, 0.07),
  /**
   * The share of the trained weights in the mean with those from before, which forgets less: 1 takes the
   * trained ones as they are. Mitchell Wortsman et al.: Robust fine-tuning of zero-shot models, CVPR 2022,
   * https://arxiv.org/abs/2109.01903. Default: 0.5.
   */
  blend: withDefault(shareOf, 0.5),
  /** Whether the encoder's dropout is on. Default: true. */
  dropout: withDefault(flag, true),
  /** Decides on the batches and on dropout. Default: 0. */
  seed: withDefault(seedOf, 0),
};

export type FineTuneOptions = OptionsOf<typeof FINE_TUNE>;

/** The options with all defaults. */
export type FineTuneSettings = ReadOptions<typeof FINE_TUNE> & { steps: number };

const PASSES = 15;
const LEAST_STEPS = 20;
const MOST_STEPS = 150;

export function fineTuneSettings(
  options: FineTuneOptions,
  examples: number,
  operator: string,
): FineTuneSettings {
  const read = readOptions(FINE_TUNE, options, operator);
  const usual = Math.ceil((PASSES * examples) / read.batchSize);
  return { ...read, steps: read.steps ?? Math.min(Math.max(usual, LEAST_STEPS), MOST_STEPS) };
}
