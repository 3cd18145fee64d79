import { isPlainObject } from '../../check';
import { ArgumentRangeError } from '../../errors';
import type { TrainableEncoder } from '../../text/encoders/trainable';
import { Vocabulary } from '../../text/vocabulary';
import type { AnyLearner, LearnerKind } from './learner-kind';
import { LEARNERS, type LearnerConfig } from './learners';

/** What learners must know of a run's tasks. */
export type TaskFacts = {
  /** N. */
  ways: number;
  /** K, the most there are. */
  shots: number;
  /** C: classes of meta-training. */
  classes: number;
};

/** The config with the options that follow from the tasks, so that a model is saved with all of them. */
export function completeLearner(
  config: LearnerConfig,
  { ways, shots, classes }: TaskFacts,
): LearnerConfig {
  const { schema } = LEARNERS[config.kind].check;
  const given: Readonly<Record<string, unknown>> = config;
  const own = typeof given.ways === 'number' ? given.ways : ways;
  const facts = { ways: own, classes, length: own * shots + 1 };
  const missing = Object.entries(facts).filter(
    ([name]) => Object.hasOwn(schema, name) && given[name] === undefined,
  );
  return { ...config, ...Object.fromEntries(missing) };
}

/** The most labels that a learner can tell apart; undefined if there is no limit. */
export function waysOf(config: LearnerConfig): number | undefined {
  return 'ways' in config ? config.ways : undefined;
}

/** What learners use of an encoder. */
export type EncoderParts = {
  readonly layer: TrainableEncoder['layer'];
  readonly dimensions: number;
  readonly state: TrainableEncoder['state'];
};

/**
 * The learner that a config names, on an encoder.
 *
 * @throws ArgumentRangeError if it needs more than the encoder has, or an option that follows from a run is
 *   missing
 */
export function buildLearner(config: LearnerConfig, encoder: EncoderParts): AnyLearner {
  const { kind, ...options } = config;
  const { layer, dimensions } = encoder;
  // Each kind is only ever given options that have passed its own check.
  const { build } = LEARNERS[kind] as LearnerKind;
  return build(options, {
    encoder: layer,
    dimensions,
    vocabulary: () => vocabularyOf(encoder, kind),
  });
}

function vocabularyOf({ state }: EncoderParts, learner: string): Vocabulary {
  const { vocabulary } = state;
  if (isPlainObject(vocabulary) && 'tokens' in vocabulary) return Vocabulary.fromJSON(vocabulary);
  throw new ArgumentRangeError(
    `Expected an encoder with a vocabulary of words, such as mean, for the learner ${learner}, which weighs words, but received one without`,
    learner,
    'encoder of the config',
  );
}
