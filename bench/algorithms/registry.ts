import {
  anil,
  contrastiveSiamese,
  distributionalSignatures,
  fineTuning,
  graphNetwork,
  imaml,
  induction,
  linearProbe,
  maml,
  mamlPlusPlus,
  mann,
  matching,
  metaOptNet,
  metaSgd,
  nearestClassMean,
  prototypical,
  r2d2,
  relation,
  reptile,
  siamese,
  snail,
} from '../../lib/meta';
import { embedding, mlp } from '../../lib/nn';
import { sgd } from '../../lib/optim';
import { torch } from '../../lib/torch';
import { ACROSS_TASKS, type OwnTraining } from './across-tasks';
import { adapted, DIMENSIONS, encoderOf, WAYS } from './encoder';
import { GRADIENT_BASED } from './gradient-based';
import type { MetaTraining } from './meta-train';

/** One line of the table: a learner and how it is trained. */
export type Algorithm = { title: string } & (MetaTraining | OwnTraining);

/** For learners whose parameters depend on the number of classes. */
const sized = (vocabularySize: number) => ({
  encoder: encoderOf(vocabularySize),
  dimensions: DIMENSIONS,
  ways: WAYS,
});

/** Keys and values of a fraction of the paper's size, for texts of ten words. */
const SNAIL_ATTENTION = [
  [32, 32],
  [32, 32],
  [32, 32],
] as const;

const innerRate = { innerLearningRate: 0.5 };
const innerSgd = { optimizer: sgd({ learningRate: 0.5 }) };

/** Every algorithm by the name that the command takes. */
export const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  'nearest-class-mean': {
    title: 'Nearest class mean, untrained',
    build: (size) => nearestClassMean({ encoder: encoderOf(size) }),
    steps: 0,
  },
  'linear-probe': {
    title: 'Linear probe, untrained encoder',
    build: (size) => linearProbe({ encoder: encoderOf(size) }),
    steps: 0,
  },
  'fine-tuning': {
    title: 'Fine-tuning, untrained encoder',
    build: (size) => fineTuning({ ...adapted(size), ...innerSgd, innerSteps: 20 }),
    steps: 0,
  },
  maml: { title: 'MAML', build: (size) => maml({ ...adapted(size), ...innerRate }), steps: 300 },
  fomaml: {
    title: 'MAML, first order',
    build: (size) => maml({ ...adapted(size), ...innerRate, firstOrder: true }),
    steps: 300,
  },
  'maml-plus-plus': {
    title: 'MAML++',
    build: (size) => mamlPlusPlus({ ...adapted(size), ...innerRate, multiStepUntil: 100 }),
    steps: 300,
  },
  reptile: {
    title: 'Reptile',
    build: (size) => reptile({ ...adapted(size), ...innerSgd }),
    steps: 300,
  },
  anil: {
    title: 'ANIL',
    build: (size) => anil({ ...adapted(size), ...innerSgd }),
    steps: 300,
  },
  'meta-sgd': {
    title: 'Meta-SGD',
    build: (size) => metaSgd({ ...adapted(size), initialRate: 0.5, innerSteps: 3 }),
    steps: 300,
  },
  imaml: {
    title: 'iMAML',
    build: (size) => imaml({ ...adapted(size), ...innerSgd, innerSteps: 10, regularization: 0.1 }),
    steps: 300,
  },
  prototypical: {
    title: 'Prototypical Networks',
    build: (size) => prototypical({ encoder: encoderOf(size) }),
    steps: 600,
  },
  siamese: {
    title: 'Siamese, weighted L1',
    build: (size) => siamese({ encoder: encoderOf(size), dimensions: DIMENSIONS }),
    steps: 300,
  },
  'contrastive-siamese': {
    title: 'Siamese, contrastive loss',
    build: (size) => contrastiveSiamese({ encoder: encoderOf(size), margin: 10 }),
    steps: 500,
  },
  matching: {
    title: 'Matching Networks',
    build: (size) => matching({ encoder: encoderOf(size) }),
    steps: 300,
  },
  'matching-fce': {
    title: 'Matching Networks, full context',
    build: (size) =>
      matching({ encoder: encoderOf(size), fullContext: { dimensions: DIMENSIONS, steps: 3 } }),
    steps: 200,
  },
  relation: {
    title: 'Relation Networks',
    build: (size) =>
      relation({ encoder: encoderOf(size), relation: mlp({ sizes: [2 * DIMENSIONS, 32, 1] }) }),
    steps: 600,
  },
  induction: {
    title: 'Induction Networks',
    build: (size) => induction({ encoder: encoderOf(size), dimensions: DIMENSIONS, slices: 32 }),
    steps: 300,
  },
  r2d2: { title: 'R2D2', build: (size) => r2d2({ encoder: encoderOf(size) }), steps: 300 },
  metaoptnet: {
    title: 'MetaOptNet-SVM',
    build: (size) => metaOptNet({ encoder: encoderOf(size) }),
    steps: 200,
  },
  ...GRADIENT_BASED,
  graph: {
    title: 'Graph network',
    build: (size) =>
      graphNetwork({ ...sized(size), layers: 2, features: 16, edgeFeatures: 16, heads: 2 }),
    steps: 1200,
    learningRate: 0.01,
    queries: 5,
    maxNorm: 5,
  },
  mann: {
    title: 'MANN',
    build: (size) =>
      mann({ ...sized(size), slots: 32, reads: 1, keyStrength: 10, trainOn: 'queries' }),
    steps: 300,
    tasks: 16,
    learningRate: 0.01,
    queries: 5,
    maxNorm: 5,
  },
  snail: {
    title: 'SNAIL',
    build: (size) => snail({ ...sized(size), length: 26, filters: 16, attention: SNAIL_ATTENTION }),
    steps: 1500,
    learningRate: 0.01,
    queries: 5,
    maxNorm: 5,
  },
  'distributional-signatures': {
    title: 'Distributional Signatures',
    build: (size, vocabulary) =>
      distributionalSignatures({
        embedding: embedding({ numEmbeddings: size, embeddingDim: DIMENSIONS, paddingIndex: 0 }),
        frequencies: torch.tensor(vocabulary.frequencies()),
      }),
    steps: 200,
  },
  ...ACROSS_TASKS,
};
