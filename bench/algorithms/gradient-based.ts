import { metaLstm, metaNetworks, multiTask } from '../../lib/meta';
import { linear, sequential, tanh } from '../../lib/nn';
import { WORDNET_SPLITS } from '../../lib/text';
import { adapted, DIMENSIONS, encoderOf } from './encoder';
import type { MetaTraining } from './meta-train';

/** Learned optimizers, fast weights, and pre-training on all classes. */
export const GRADIENT_BASED: Readonly<Record<string, MetaTraining & { title: string }>> = {
  'meta-lstm': {
    title: 'Meta-LSTM',
    build: (size) => metaLstm({ ...adapted(size), innerLearningRate: 0.5 }),
    steps: 200,
  },
  'meta-networks': {
    title: 'Meta Networks',
    build: (size) =>
      metaNetworks({
        ...adapted(size),
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
