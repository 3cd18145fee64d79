import * as meta from '../../../lib/meta';
import { embedding, linear, mlp } from '../../../lib/nn';
import { sgd } from '../../../lib/optim';
import { mapTree, type Tree, torch } from '../../../lib/torch';

const encoder = linear({ inFeatures: 4, outFeatures: 3 });
const model = linear({ inFeatures: 4, outFeatures: 2 });
const sizes = { encoder, dimensions: 3, ways: 2 };
const inner = { optimizer: sgd({ learningRate: 0.1 }), innerSteps: 2 };
const pairs = mlp({ sizes: [6, 1] });

/** The options of each learner, for tasks of two classes. */
export const smallLearnerOptions: Readonly<Record<string, () => object>> = {
  maml: () => ({ model, innerLearningRate: 0.1, innerSteps: 2 }),
  mamlPlusPlus: () => ({ model, innerLearningRate: 0.1, innerSteps: 2 }),
  metaSgd: () => ({ model, innerSteps: 2 }),
  anil: () => ({ model, ...inner, head: () => true }),
  imaml: () => ({ model, ...inner, solverSteps: 2 }),
  reptile: () => ({ model, ...inner }),
  fineTuning: () => ({ model, ...inner }),
  linearProbe: () => ({ encoder, ...inner }),
  multiTask: () => ({ encoder, classes: 4, features: 3, ...inner }),
  metaLstm: () => ({ model, innerSteps: 2, hiddenSize: 2 }),
  prototypical: () => ({ encoder }),
  nearestClassMean: () => ({ encoder }),
  siamese: () => ({ encoder, dimensions: 3 }),
  contrastiveSiamese: () => ({ encoder, margin: 1 }),
  matching: () => ({ encoder, fullContext: { dimensions: 3, steps: 2 } }),
  relation: () => ({ encoder, relation: pairs }),
  induction: () => ({ encoder, dimensions: 3, slices: 2 }),
  graphNetwork: () => ({ ...sizes, layers: 1, features: 3, edgeFeatures: 3 }),
  r2d2: () => ({ encoder }),
  metaOptNet: () => ({ encoder }),
  mann: () => ({ ...sizes, hiddenSize: 4, slots: 4, wordSize: 3, reads: 2 }),
  snail: () => ({
    ...sizes,
    length: 5,
    filters: 2,
    attention: [
      [2, 2],
      [2, 2],
      [2, 2],
    ],
  }),
  metaNetworks: () => ({ model, representation: encoder, hiddenSize: 2 }),
  distributionalSignatures: () => ({
    embedding: embedding({ numEmbeddings: 6, embeddingDim: 3 }),
    frequencies: torch.ones([6]).div(6),
    hiddenSize: 2,
  }),
};

const drawn = () => torch.generator(1);

/** `each` examples of both classes, of two tasks. */
export function smallExamples(name: string, each: number) {
  const labels = torch
    .tensor([
      [0n, 1n],
      [1n, 0n],
    ])
    .repeat([1, each]);
  if (name !== 'distributionalSignatures') {
    return { inputs: torch.randn([2, 2 * each, 4], { generator: drawn() }) as Tree, labels };
  }
  const ids = torch.randint(0, 6, [2, 2 * each, 4], { generator: drawn() });
  return { inputs: { ids, mask: ids.ne(0) } as Tree, labels };
}

/** The learner of this name, with some options in place of the usual ones. */
export function smallLearner(name: string, options?: object): meta.Learner<Tree, unknown, Tree> {
  const all = { ...smallLearnerOptions[name]?.(), ...options };
  return Reflect.apply(Reflect.get(meta, name), undefined, [all]);
}

/** Its parameters, which require gradients. */
export function smallParams(name: string): Tree {
  const params = smallLearner(name).init(drawn());
  return mapTree(([w]) => w.detach().requiresGrad_(), params);
}
