import {
  anil,
  fineTuning,
  imaml,
  type Learner,
  linearProbe,
  maml,
  mamlPlusPlus,
  metaLstm,
  metaNetworks,
  metaSgd,
  multiTask,
  reptile,
} from '../../lib/meta';
import { linear, sequential, tanh } from '../../lib/nn';
import { sgd } from '../../lib/optim';
import type { Tree } from '../../lib/torch';
import {
  type ContractOptions,
  describeContext,
  describeDescent,
} from './gradient/gradient-contract';

type Make = (options: ContractOptions) => Learner<Tree, Tree>;

const optimizer = sgd({ learningRate: 0.5 });
const representation = sequential(linear({ inFeatures: 4, outFeatures: 2 }), tanh());
const of = (make: (options: ContractOptions) => unknown): Make => make as Make;

const DESCENDING: [string, Make, Parameters<typeof describeDescent>[1]][] = [
  ['MAML', of((o) => maml({ ...o, innerLearningRate: 0.5 })), { clips: false }],
  [
    'MAML, dense',
    of((o) => maml({ ...o, innerLearningRate: 0.5, lowRank: false })),
    { clips: false },
  ],
  ['MAML++', of((o) => mamlPlusPlus({ ...o, innerLearningRate: 0.5 })), { rate: 0.5 }],
  ['ANIL', of((o) => anil({ ...o, optimizer })), { rate: 0.5 }],
  ['Meta-SGD', of((o) => metaSgd({ ...o, initialRate: 0.5 })), { steps: 1, clips: false }],
  ['Reptile', of((o) => reptile({ ...o, optimizer, trainOn: 'support' })), { rate: 0.5 }],
  ['iMAML', of((o) => imaml({ ...o, optimizer })), { rate: 0.5 }],
  ['Meta-LSTM', of((o) => metaLstm({ ...o, innerLearningRate: 0.5 })), { clips: false }],
  ['fine-tuning', of((o) => fineTuning({ ...o, optimizer })), { rate: 0.5 }],
];

describe.each(DESCENDING)('%s', (_, make, how) => {
  describeContext(make);
  describeDescent(make, how);
});

const OTHERS: [string, Make][] = [
  [
    'Meta Networks',
    of(({ innerSteps: _, ...o }) => metaNetworks({ ...o, representation, hiddenSize: 3 })),
  ],
  ['a linear probe', of(({ encoder, innerSteps = 1 }) => linearProbe({ encoder, innerSteps }))],
  [
    'multi-task pre-training',
    of(({ encoder, innerSteps = 1 }) =>
      multiTask({ encoder, innerSteps, classes: 7, features: 4 }),
    ),
  ],
];

describe.each(OTHERS)('%s', (_, make) => {
  describeContext(make);
});
