import { type OptionsOf, required } from '../../check';
import { ADDITION } from '../setup';
import { metaModelPool } from './meta-model-pool';

/** The options of `AdaptedClassifier.adapt`. */
export const ADAPT = {
  ...ADDITION,
  /** The model that is adapted, which stays the caller's. */
  model: required(metaModelPool),
};

export type AdaptOptions = OptionsOf<typeof ADAPT>;
