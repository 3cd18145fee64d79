import {
  finiteNumber,
  flag,
  notNegative,
  optional,
  positiveInteger,
  properFraction,
  stepCount,
  withDefault,
} from '../../../check';
import {
  anil,
  fineTuning,
  imaml,
  linearProbe,
  maml,
  mamlPlusPlus,
  metaLstm,
  metaSgd,
  multiTask,
  reptile,
} from '../../../meta';
import { FINE_TUNING } from '../../../meta/gradient/fine-tuning';
import { IMAML } from '../../../meta/gradient/imaml';
import { INNER_LOOP } from '../../../meta/gradient/inner-loop';
import { PROBE } from '../../../meta/gradient/linear-probe';
import { MAML } from '../../../meta/gradient/maml';
import { MAML_PLUS_PLUS } from '../../../meta/gradient/maml-plus-plus';
import { META_LSTM } from '../../../meta/gradient/meta-lstm';
import { META_SGD } from '../../../meta/gradient/meta-sgd';
import { REPTILE } from '../../../meta/gradient/reptile';
import { without } from '../kinds';
import { HEAD, known, learnerKind, modelOn } from '../learner-kind';
import { buildInnerOptimizer, innerOptimizerChoice } from '../optimizers';

const RATE = 0.5;
const sgd = innerOptimizerChoice('sgd', 'optimizer', 'learner');
const adam = innerOptimizerChoice({ kind: 'adam', learningRate: 0.03 }, 'optimizer', 'learner');

/** The optimizer of an inner loop, by name. */
const DESCENT = {
  ...HEAD,
  ...without(INNER_LOOP, 'optimizer'),
  /** U: takes the steps of the inner loop. Default: `sgd` of rate 0.5. */
  optimizer: withDefault(innerOptimizerChoice, sgd),
};

const MAML_CONFIG = {
  ...HEAD,
  ...without(MAML, 'optimizer'),
  /** α: the learning rate of the inner loop. Default: 0.5. */
  innerLearningRate: withDefault(notNegative, RATE),
};

const PROBE_CONFIG = {
  ...without(PROBE, 'encoder', 'optimizer'),
  /** U: takes the steps. Default: `adam` of rate 0.03. */
  optimizer: withDefault(innerOptimizerChoice, adam),
};

/** Learners that adapt by gradients. */
export const GRADIENT = {
  'linear-probe': learnerKind(
    'Linear probe',
    PROBE_CONFIG,
    ({ optimizer, ...options }, { encoder }) =>
      linearProbe({ ...options, encoder, optimizer: buildInnerOptimizer(optimizer) }),
    { untrained: true },
  ),
  'fine-tuning': learnerKind(
    'Fine-tuning',
    { ...DESCENT, ...without(FINE_TUNING, 'model', 'encoder', 'loss', 'optimizer') },
    ({ ways, hidden, optimizer, ...options }, parts) =>
      fineTuning({
        ...options,
        ...modelOn({ ways, hidden }, parts),
        optimizer: buildInnerOptimizer(optimizer),
      }),
  ),
  maml: learnerKind('MAML', MAML_CONFIG, ({ ways, hidden, ...options }, parts) =>
    maml({ ...options, ...modelOn({ ways, hidden }, parts) }),
  ),
  fomaml: learnerKind(
    'MAML, first order',
    { ...MAML_CONFIG, firstOrder: withDefault(flag, true) },
    ({ ways, hidden, ...options }, parts) =>
      maml({ ...options, ...modelOn({ ways, hidden }, parts) }),
  ),
  'maml-plus-plus': learnerKind(
    'MAML++',
    {
      ...HEAD,
      ...without(MAML_PLUS_PLUS, 'optimizer'),
      /** α of every tensor and step before training. Default: 0.5. */
      innerLearningRate: withDefault(finiteNumber, RATE),
    },
    ({ ways, hidden, ...options }, parts) =>
      mamlPlusPlus({ ...options, ...modelOn({ ways, hidden }, parts) }),
  ),
  reptile: learnerKind(
    'Reptile',
    { ...DESCENT, ...without(REPTILE, 'carry') },
    ({ ways, hidden, optimizer, ...options }, parts) =>
      reptile({
        ...options,
        ...modelOn({ ways, hidden }, parts),
        optimizer: buildInnerOptimizer(optimizer),
      }),
  ),
  anil: learnerKind(
    'ANIL',
    { ...DESCENT, ...without(FINE_TUNING, 'model', 'encoder', 'loss', 'optimizer') },
    ({ ways, hidden, optimizer, ...options }, parts) =>
      anil({
        ...options,
        ...modelOn({ ways, hidden }, parts),
        optimizer: buildInnerOptimizer(optimizer),
      }),
  ),
  'meta-sgd': learnerKind(
    'Meta-SGD',
    {
      ...HEAD,
      ...META_SGD,
      /** α of every weight before training, or the range that it is drawn from. Default: 0.5. */
      initialRate: withDefault(META_SGD.initialRate.check, RATE),
      /** Steps on the support set. Default: 3. */
      innerSteps: withDefault(stepCount, 3),
    },
    ({ ways, hidden, ...options }, parts) =>
      metaSgd({ ...options, ...modelOn({ ways, hidden }, parts) }),
  ),
  imaml: learnerKind(
    'iMAML',
    { ...DESCENT, ...IMAML },
    ({ ways, hidden, optimizer, ...options }, parts) =>
      imaml({
        ...options,
        ...modelOn({ ways, hidden }, parts),
        optimizer: buildInnerOptimizer(optimizer),
      }),
  ),
  'meta-lstm': learnerKind(
    'Meta-LSTM',
    {
      ...HEAD,
      ...META_LSTM,
      /** i before training, in (0, 1). Default: 0.5. */
      innerLearningRate: withDefault(properFraction, RATE),
    },
    ({ ways, hidden, ...options }, parts) =>
      metaLstm({ ...options, ...modelOn({ ways, hidden }, parts) }),
  ),
  'multi-task': learnerKind(
    'Multi-task pre-training',
    {
      ...PROBE_CONFIG,
      /** C: how many classes meta-training has. Default: those of the run. */
      classes: optional(positiveInteger),
    },
    ({ classes, optimizer, ...options }, { encoder, dimensions }) =>
      multiTask({
        ...options,
        encoder,
        classes: known(classes, 'classes'),
        features: dimensions,
        optimizer: buildInnerOptimizer(optimizer),
      }),
  ),
} as const;
