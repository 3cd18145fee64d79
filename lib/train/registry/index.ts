export {
  buildLearner,
  completeLearner,
  type TaskFacts,
  waysOf,
} from './build-learner';
export {
  buildEncoder,
  DEFAULT_KIND,
  type EncoderConfig,
  type EncoderInput,
  encoderChoice,
  restoreEncoder,
  usualRate,
} from './encoders';
export type { Choice, Chosen } from './kinds';
export type { AnyLearner } from './learner-kind';
export { LEARNERS, type LearnerConfig, type LearnerInput, learnerChoice } from './learners';
export {
  buildOptimizer,
  completeOptimizer,
  OPTIMIZERS,
  type OptimizerConfig,
  type OptimizerInput,
  optimizerChoice,
} from './optimizers';
export {
  RULES,
  TRAINABLE,
  type TrainableConfig,
  type TrainableInput,
  trainableChoice,
} from './rules';
export { SCHEDULES } from './schedules';
