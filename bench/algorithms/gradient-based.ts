import {
  anil,
  fineTuning,
  imaml,
  linearProbe,
  mamlPlusPlus,
  metaLstm,
  metaNetworks,
  metaSgd,
  multiTask,
  reptile,
} from '../../lib/meta';
import { linear, mlp, sequential, tanh } from '../../lib/nn';
import { adam, sgd } from '../../lib/optim';
import { meanEncoder, WORDNET_SPLITS } from '../../lib/text';
import type { Algorithm } from './registry';

const WAYS = 5;
const DIMENSIONS = 128;
const HIDDEN = 64;
const ALPHA = 0.5;

const encoderOf = (vocabularySize: number) =>
  meanEncoder({ vocabularySize, dimensions: DIMENSIONS, dropout: 0.3 });

/** The word encoder, and a linear head that is adapted to each task. */
const parts = (vocabularySize: number) => ({
  encoder: encoderOf(vocabularySize),
  model: mlp({ sizes: [DIMENSIONS, WAYS] }),
});

const descent = sgd({ learningRate: ALPHA });

/** The learners that adapt by gradients, and their baselines. */
export const GRADIENT_BASED: Readonly<Record<string, Algorithm>> = {
  reptile: {
    title: 'Reptile',
    build: (size) => reptile({ ...parts(size), optimizer: descent, innerSteps: 5 }),
    steps: 300,
  },
  anil: {
    title: 'ANIL, with a hidden layer',
    build: (size) =>
      anil({
        encoder: encoderOf(size),
        model: mlp({ sizes: [DIMENSIONS, HIDDEN, WAYS] }),
        optimizer: descent,
      }),
    steps: 300,
  },
  'meta-sgd': {
    title: 'Meta-SGD, five steps',
    build: (size) => metaSgd({ ...parts(size), innerSteps: 5, initialRate: ALPHA }),
    steps: 300,
  },
  'maml-plus-plus': {
    title: 'MAML++',
    build: (size) =>
      mamlPlusPlus({
        ...parts(size),
        innerLearningRate: ALPHA,
        multiStepUntil: 150,
        firstOrderUntil: 50,
      }),
    steps: 300,
  },
  imaml: {
    title: 'Implicit MAML',
    build: (size) =>
      imaml({ ...parts(size), optimizer: sgd({ learningRate: 0.1 }), innerSteps: 10 }),
    steps: 300,
  },
  'meta-lstm': {
    title: 'Meta-LSTM',
    build: (size) => metaLstm({ ...parts(size), innerLearningRate: ALPHA }),
    steps: 200,
  },
  'meta-networks': {
    title: 'Meta Networks',
    build: (size) =>
      metaNetworks({
        ...parts(size),
        representation: sequential(linear({ inFeatures: DIMENSIONS, outFeatures: 16 }), tanh()),
        hiddenSize: 8,
      }),
    steps: 200,
  },
  'multi-task': {
    title: 'Multi-task pre-training',
    build: (size) =>
      multiTask({
        encoder: encoderOf(size),
        classes: WORDNET_SPLITS.metaTrain.length,
        features: DIMENSIONS,
      }),
    steps: 600,
  },
  'linear-probe': {
    title: 'Linear probe, untrained encoder',
    build: (size) => linearProbe({ encoder: encoderOf(size) }),
    steps: 0,
  },
  'fine-tuning': {
    title: 'Fine-tuning, untrained start',
    build: (size) =>
      fineTuning({ ...parts(size), optimizer: adam({ learningRate: 0.01 }), innerSteps: 50 }),
    steps: 0,
  },
};
