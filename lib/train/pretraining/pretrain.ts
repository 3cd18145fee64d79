import {
  type OptionsOf,
  oneOf,
  optional,
  positiveFinite,
  properFraction,
  readOptions,
  requireTexts,
  withDefault,
  withMethods,
} from '../../check';
import { outOfRange } from '../../errors';
import type { TrainableEncoder } from '../../text';
import { disposeTree, type Tree, torch } from '../../torch';
import { requireTensorTree } from '../../torch/check-tensors';
import { contrast } from './contrast';
import { denoising } from './denoising';
import { DESCENT, descend } from './descent';
import { maskedWords } from './masked-words';
import type { Objective } from './objective';

const OPTIONS = {
  ...DESCENT,
  /**
   * What texts without labels ask of the encoder. `masked-words`: guess hidden words; for `transformer`,
   * `bilstm` and pre-trained encoders that know a mark for these. `denoising`: write a text again from the
   * vector of some of its words. `contrast`: tell each text from the others of a batch, as dropout shows it.
   * Default: `denoising`, which every encoder can do.
   */
  objective: withDefault(oneOf('masked-words', 'denoising', 'contrast'), 'denoising'),
  /** The share of words that are hidden, or taken out. Default: 0.15 for `masked-words`, 0.6 for `denoising`. */
  noise: optional(properFraction),
  /** τ of `contrast`. Default: 0.05. */
  temperature: optional(positiveFinite),
  /** Parameters of the encoder to start from. Default: those that its layer starts from. */
  params: optional<Tree>((value) => value),
};

export type PretrainOptions = OptionsOf<typeof OPTIONS>;

const MASKED = 0.15;
const DELETED = 0.6;
const TEMPERATURE = 0.05;

const encoderOf = withMethods<TrainableEncoder>('an encoder that trains', 'dispose');

/**
 * Parameters of an encoder that has read texts without labels: new tensors, for its `layer`, which meta-training
 * may start from in the place of `layer.init`. What only pre-training needed is not kept.
 *
 *     const params = await train.pretrainEncoder(encoder, texts, { objective: 'contrast', steps: 500 });
 *
 * Other work gets its turn between steps.
 *
 * @throws ArgumentRangeError for an objective that the encoder cannot meet, fewer than two texts, or options
 *   out of range; ArgumentTypeError for wrong arguments; the signal's reason once it is aborted
 */
export async function pretrainEncoder(
  encoder: TrainableEncoder,
  texts: readonly string[],
  options: PretrainOptions = {},
): Promise<Tree> {
  const operator = 'pretrainEncoder';
  const settings = readOptions(OPTIONS, options, operator);
  encoderOf(encoder, 'encoder', operator);
  if (settings.params !== undefined) requireTensorTree(settings.params);
  requireTexts(texts, 'texts', operator);
  // One text twice in a batch would be told from itself.
  const distinct = [...new Set(texts)];
  if (distinct.length < 2) {
    throw outOfRange('at least 2 different texts', 'texts', distinct.length, operator);
  }
  const objective = objectiveOf(encoder, distinct, settings, operator);
  const start = torch.scope(() => {
    const generator = torch.generator(settings.seed);
    const own = settings.params ?? encoder.layer.init(generator);
    return { encoder: own, own: objective.init(generator, own) };
  });
  try {
    const found = await descend(
      start,
      distinct,
      (params, batch) => objective.loss(params, batch),
      settings,
    );
    disposeTree(found.own);
    return found.encoder;
  } finally {
    disposeTree(settings.params === undefined ? start : start.own);
  }
}

function objectiveOf(
  encoder: TrainableEncoder,
  texts: readonly string[],
  { objective, noise, temperature }: PretrainOptions,
  operator: string,
): Objective {
  const other = objective === 'contrast' ? noise : temperature;
  if (other !== undefined) {
    const name = objective === 'contrast' ? 'noise' : 'temperature';
    const expected = `no ${name} beside the objective ${objective}`;
    throw outOfRange(expected, `${name} of ${operator}`, other, operator);
  }
  if (objective === 'masked-words') return maskedWords(encoder, noise ?? MASKED, operator);
  if (objective === 'contrast') return contrast(encoder, temperature ?? TEMPERATURE, operator);
  return denoising(encoder, texts, noise ?? DELETED, operator);
}
