import {
  adaptScope,
  clipTasks,
  type EncodedModelOptions,
  type EncodedParams,
  encodedModel,
  innerLoop,
  type Learner,
  maml,
  metaGradient,
  taskCount,
  taskGradients,
} from '../../lib/meta';
import { expandTasks, linear, mlp } from '../../lib/nn';
import { sgd } from '../../lib/optim';
import { leaves, type Tensor, type Tree, torch } from '../../lib/torch';
import { distance, treeDistance } from './support/contract';
import { parametersOf, randomEpisodes } from './support/support';

/** MAML again, from what is exported for algorithms of one's own. */
function ownMaml<P extends Tree, E extends Tree, I extends Tree = Tensor>(
  options: EncodedModelOptions<P, E, I>,
  learningRate: number,
): Learner<EncodedParams<P, E>, EncodedParams<P, E>, I> {
  const { init, encodeSupport, supportLosses, predict } = encodedModel(options, 'ownMaml');
  return {
    init,
    predict,
    adapt: ({ model, encoder }, support, ways, how = {}) =>
      adaptScope(how, () => {
        const seen = encodeSupport(encoder, support, ways, how);
        const start = expandTasks(model, taskCount(support));
        const { differentiable } = how;
        const loop = { optimizer: sgd({ learningRate }) };
        const { theta } = innerLoop(start, supportLosses(seen, how), loop, { differentiable });
        return { model: theta, encoder };
      }),
  };
}

const episodes = randomEpisodes(torch.generator(1));
const parts = {
  model: mlp({ sizes: [4, 6, 3] }),
  encoder: linear({ inFeatures: 4, outFeatures: 4 }),
};

test('an algorithm from the exported parts is the one of the library', () => {
  const [own, exact] = [ownMaml(parts, 0.1), maml({ ...parts, innerLearningRate: 0.1 })];
  const params = parametersOf(own, 2);
  const [ours, theirs] = [own, exact].map((one) => metaGradient(one, params, episodes));
  expect(ours?.loss).toBeCloseTo(theirs?.loss ?? Number.NaN, 12);
  expect(treeDistance(ours?.gradients ?? {}, theirs?.gradients ?? {})).toBeLessThan(1e-12);
  expect(() => own.adapt(params, episodes.support, 4)).toThrow('for ways of ownMaml');
});

test('task gradients are those of each task, and clip by themselves', () => {
  const w = torch.tensor(
    [
      [3, 4],
      [0.3, 0.4],
      [0, 0],
    ],
    { dtype: 'float64' },
  );
  const { gradients } = taskGradients({ w }, (at) => at.w.square().sum([1]).div(2));
  expect(distance(gradients.w, w)).toBe(0);
  const [clipped] = leaves(clipTasks(gradients, 1));
  const expected = torch.tensor(
    [
      [0.6, 0.8],
      [0.3, 0.4],
      [0, 0],
    ],
    { dtype: 'float64' },
  );
  expect(distance(clipped as Tensor, expected)).toBeLessThan(1e-15);
});
