import { AUTOGRAD, TREES } from './autograd';
import { ENCODER_RECIPES } from './encoders';
import { FUSED } from './fused';
import { LAYER_RECIPES, OPTIM_RECIPES } from './layers';
import { LEARNER_RECIPES } from './learners';
import type { Recipe } from './recipe';
import { SERVE_RECIPES } from './serve';
import { FILE_RECIPES, TEXT_RECIPES } from './texts';
import { TORCH } from './torch';

/** How every function is called that is no operator of libtorch. */
export const RECIPES: readonly Recipe[] = [
  ...FUSED,
  ...TORCH,
  ...AUTOGRAD,
  ...TREES,
  ...LAYER_RECIPES,
  ...OPTIM_RECIPES,
  ...LEARNER_RECIPES,
  ...TEXT_RECIPES,
  ...ENCODER_RECIPES,
  ...SERVE_RECIPES,
  ...FILE_RECIPES,
];
