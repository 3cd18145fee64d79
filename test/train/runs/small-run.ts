import type { RunInput } from '../../../lib/train';

/** The classes of the texts of a small run. */
export const CLASSES = ['card', 'rain', 'bread', 'train'];

/** A run of two steps on two of the classes, tested on the two others. */
export const SMALL_RUN: RunInput = {
  learner: 'prototypical',
  splits: { kind: 'classes', train: ['card', 'rain'], validation: [], test: ['bread', 'train'] },
  episodes: { ways: 2, shots: 1, queries: 2, tasks: 2 },
  encoder: { kind: 'mean', dimensions: 4 },
  steps: 2,
  evaluation: { test: 6, shots: 1 },
};
