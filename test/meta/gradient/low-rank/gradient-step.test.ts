import { maml } from '../../../../lib/meta/index';
import { type Layer, type LinearParams, linear } from '../../../../lib/nn/index';
import { torch } from '../../../../lib/torch/index';
import { parametersOf, randomEpisodes } from '../../support/support';

const { support } = randomEpisodes(torch.generator(1));
const layer = linear({ inFeatures: 4, outFeatures: 3 });

const learner = maml({ model: layer, innerLearningRate: 0.1, lowRank: true });

test.each<[string, (params: LinearParams) => object]>([
  ['a bias that is no tensor', ({ weight }) => ({ weight, bias: {} })],
  ['a tensor that the layer does not know', (own) => ({ ...own, scale: torch.ones([3]) })],
])('refuses %s as the layer itself does', (_, change) => {
  const model = change(parametersOf(learner, 1).model) as LinearParams;
  const plain = maml({ model: layer, innerLearningRate: 0.1, lowRank: false });
  const messages = [learner, plain].map(({ adapt }) => {
    try {
      return adapt({ model, encoder: {} }, support, 3);
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(messages[0]).toMatch(/Expected .+ of linear but received/);
  expect(messages[0]).toBe(messages[1]);
});

test.each([5, {}, { inputs: 1, deltas: 1 }])('refuses an update that is %j', (update) => {
  const { model, ...rest } = learner.adapt(parametersOf(learner, 1), support, 3);
  const wrong = { ...rest, model: { ...model, update } };
  expect(() => learner.predict(wrong, support.inputs)).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }),
  );
});

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
