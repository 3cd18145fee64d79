import { AUTOGRAD, TREES } from './autograd';
import { DATASET_RECIPES } from './datasets';
import { ENCODER_RECIPES } from './encoders';
import { FUSED } from './fused';
import { LANGUAGE_RECIPES } from './language-models';
import { LAYER_RECIPES, OPTIM_RECIPES } from './layers';
import { LEARNER_RECIPES } from './learners';
import type { Recipe } from './recipe';
import { REPORT_RECIPES } from './reports';
import { SERVE_RECIPES } from './serve';
import { STORE_RECIPES } from './stores';
import { TASK_RECIPES } from './tasks';
import { FILE_RECIPES, TEXT_RECIPES } from './texts';
import { TORCH } from './torch';
import { TRAINING_RECIPES } from './training';

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
  ...STORE_RECIPES,
  ...DATASET_RECIPES,
  ...LANGUAGE_RECIPES,
  ...TASK_RECIPES,
  ...REPORT_RECIPES,
  ...TRAINING_RECIPES,
  ...FILE_RECIPES,
];
