import { maml } from '../../../../lib/meta/index';
import { type Layer, type LinearParams, linear } from '../../../../lib/nn/index';
import { torch } from '../../../../lib/torch/index';
import { parametersOf, randomEpisodes } from '../../support';

const { support } = randomEpisodes(torch.generator(1));
const layer = linear({ inFeatures: 4, outFeatures: 3 });

test('refuses lowRank of a model that hands on copies, which would not adapt', () => {
  const copying: Layer<LinearParams> = {
    ...layer,
    apply: (params, x, context) => layer.apply({ ...params }, x, context),
  };
  const learner = maml({ model: copying, innerLearningRate: 0.1, lowRank: true });
  const run = () => learner.adapt(parametersOf(learner, 1), support, 3);
  expect(run).toThrow('1 of 1 layers received copies');
  const plain = maml({ model: copying, innerLearningRate: 0.1, lowRank: false });
  expect(() => plain.adapt(parametersOf(plain, 1), support, 3)).not.toThrow();
});
