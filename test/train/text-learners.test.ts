import {
  type Learner,
  maml,
  metaGradient,
  nearestClassMean,
  prototypical,
  queryLogits,
} from '../../lib/meta';
import { mlp } from '../../lib/nn';
import { episodeTensors, meanEncoder, type TokenBatch } from '../../lib/text';
import { leaves, mapTree, type Tree, torch } from '../../lib/torch';
import { buildTextLearner, type TextModelConfig } from '../../lib/train';
import { LABELED, MAML, smallConfig } from '../helpers/learners/text-models';

const encoder = meanEncoder({ vocabularySize: 16, dimensions: 8, dropout: 0.1 });
const model = mlp({ sizes: [8, 3] });
const inner = { innerLearningRate: 0.5, innerSteps: 2 };
const texts = LABELED.map(({ text, label }) => ({ text, label: label === 'food' ? 1 : 0 }));
const episode = { classes: ['weather', 'food'], support: texts, query: texts.slice(1) };

function built(config: TextModelConfig['learner']) {
  return buildTextLearner(smallConfig(config));
}

/** What a learner predicts and how it learns, dropout included, as numbers. */
function numbersOf<P extends Tree, A>(learner: Learner<P, A, TokenBatch>): unknown {
  return torch.scope(() => {
    const params = mapTree(([p]) => p.requiresGrad_(), learner.init(torch.generator(1)));
    const episodes = episodeTensors([episode], built({ kind: 'prototypical' }).vectorizer);
    const generator = torch.generator(2);
    const { gradients, loss } = metaGradient(learner, params, episodes, { generator });
    const logits = queryLogits(learner, params, episodes).logits.tolist();
    return { logits, loss, gradients: leaves(gradients).map((g) => g.tolist()) };
  });
}

test('a config builds the learner that it names, to the bit', () => {
  const mamlConfig = { kind: 'maml', ways: 3, ...inner } as const;
  const pairs: [TextModelConfig['learner'], unknown][] = [
    [{ kind: 'prototypical' }, numbersOf(prototypical({ encoder }))],
    [{ kind: 'nearest-class-mean' }, numbersOf(nearestClassMean({ encoder }))],
    [mamlConfig, numbersOf(maml({ model, encoder, ...inner }))],
    [
      { ...mamlConfig, firstOrder: true },
      numbersOf(maml({ model, encoder, ...inner, firstOrder: true })),
    ],
  ];
  for (const [config, reference] of pairs) {
    expect(numbersOf(built(config).learner)).toEqual(reference);
  }
  expect(new Set(pairs.map(([, reference]) => JSON.stringify(reference))).size).toBe(4);
});

test('tells how many labels a model of fixed outputs has', () => {
  expect(built(MAML).ways).toBe(3);
  expect(built({ kind: 'prototypical' }).ways).toBeUndefined();
});

test('texts are cut where the config says', () => {
  const { vectorizer } = buildTextLearner({
    ...smallConfig({ kind: 'prototypical' }),
    maxLength: 2,
  });
  expect(vectorizer.vectorize(['rain and wind', 'rain']).ids.shape).toEqual([2, 2]);
});
