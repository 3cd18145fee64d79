export { adam } from './adam';
export type { AdamOptions } from './adam-rule';
export type { AdamState } from './adam-state';
export { adamW } from './adam-w';
export { clipByGlobalNorm, globalNorm } from './clip';
export {
  type GradScaler,
  type GradScalerOptions,
  type GradScalerState,
  gradScaler,
} from './grad-scaler';
export type { LearningRate, Optimizer, OptimizerState } from './optimizer';
export { type PlateauOptions, type PlateauSchedule, reduceOnPlateau } from './plateau';
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
