import { type Learner, maml, nearestClassMean, prototypical } from '../../lib/meta';
import { mlp } from '../../lib/nn';
import { meanEncoder, type TokenBatch } from '../../lib/text';
import type { Tree } from '../../lib/torch';

export const WAYS = 5;
const DIMENSIONS = 128;

/** One line of the table: a learner and how it is trained. */
export type Algorithm = {
  title: string;
  build(vocabularySize: number): Learner<Tree, unknown, TokenBatch>;
  /** Meta-training steps; 0 for what is not trained. */
  steps: number;
  /** Default: 0.03. */
  learningRate?: number;
};

const encoderOf = (vocabularySize: number) =>
  meanEncoder({ vocabularySize, dimensions: DIMENSIONS, dropout: 0.3 });

/** The word encoder, and a linear head that is adapted to each task. */
const adapted = (vocabularySize: number) => ({
  encoder: encoderOf(vocabularySize),
  model: mlp({ sizes: [DIMENSIONS, WAYS] }),
  innerLearningRate: 0.5,
});

/** Every algorithm by the name that the command takes. */
export const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  'nearest-class-mean': {
    title: 'Nearest class mean, untrained',
    build: (size) => nearestClassMean({ encoder: encoderOf(size) }),
    steps: 0,
  },
  prototypical: {
    title: 'Prototypical Networks',
    build: (size) => prototypical({ encoder: encoderOf(size) }),
    steps: 600,
  },
  maml: { title: 'MAML', build: (size) => maml(adapted(size)), steps: 300 },
  fomaml: {
    title: 'MAML, first order',
    build: (size) => maml({ ...adapted(size), firstOrder: true }),
    steps: 300,
  },
};
