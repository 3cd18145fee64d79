import { fineTuning, maml, metaGradient } from '../../../lib/meta/index';
import { sgd } from '../../../lib/optim/index';
import { expectResult, fixture, fixtureEpisodes, fixtureWeights } from '../support/fixture';
import { smoothModel } from '../support/support';

const model = smoothModel(4, 3);

test.each([
  [false, fixture.maml],
  [true, fixture.fomaml],
])('equals PyTorch, first order: %s', (firstOrder, expected) => {
  const learner = maml({ model, innerLearningRate: 0.3, innerSteps: 3, firstOrder });
  const { gradients, loss } = metaGradient(
    learner,
    { model: fixtureWeights(), encoder: {} as Record<string, never> },
    fixtureEpisodes,
  );
  expectResult({ loss, gradients: gradients.model }, expected);
});

test('so does the loop that takes any optimizer', () => {
  const learner = fineTuning({ model, optimizer: sgd({ learningRate: 0.3 }), innerSteps: 3 });
  const params = { model: fixtureWeights(), encoder: {} as Record<string, never> };
  const { gradients, loss } = metaGradient(learner, params, fixtureEpisodes);
  expectResult({ loss, gradients: gradients.model }, fixture.maml);
});
