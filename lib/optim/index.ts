export { adam } from './adam';
export type { AdamOptions, AdamState } from './adam-rule';
export { adamW } from './adam-w';
export { clipByGlobalNorm, globalNorm } from './clip';
export type { LearningRate, Optimizer, OptimizerState, UpdateOptions } from './optimizer';
export { type RmspropOptions, type RmspropState, rmsprop } from './rmsprop';
export {
  type CosineDecayOptions,
  constant,
  cosineDecay,
  type LinearWarmupOptions,
  linearWarmup,
  type Schedule,
  type StepDecayOptions,
  stepDecay,
} from './schedules';
export { type SgdOptions, type SgdState, sgd } from './sgd';
