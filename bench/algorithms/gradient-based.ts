import { metaLstm, metaNetworks, multiTask } from '../../lib/meta';
import { linear, mlp, sequential, tanh } from '../../lib/nn';
import { meanEncoder, WORDNET_SPLITS } from '../../lib/text';
import type { MetaTraining } from './meta-train';

const WAYS = 5;
const DIMENSIONS = 128;

const encoderOf = (vocabularySize: number) =>
  meanEncoder({ vocabularySize, dimensions: DIMENSIONS, dropout: 0.3 });

/** The word encoder, and a linear head that is adapted to each task. */
const parts = (vocabularySize: number) => ({
  encoder: encoderOf(vocabularySize),
  model: mlp({ sizes: [DIMENSIONS, WAYS] }),
});

/** Learned optimizers, fast weights, and pre-training on all classes. */
export const GRADIENT_BASED: Readonly<Record<string, MetaTraining & { title: string }>> = {
  'meta-lstm': {
    title: 'Meta-LSTM',
    build: (size) => metaLstm({ ...parts(size), innerLearningRate: 0.5 }),
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
};
