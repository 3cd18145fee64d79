import {
  contrastiveSiamese,
  distributionalSignatures,
  type Episodes,
  graphNetwork,
  induction,
  type Learner,
  mann,
  matching,
  metaGradient,
  metaOptNet,
  nearestClassMean,
  prototypical,
  queryLogits,
  r2d2,
  relation,
  siamese,
  snail,
} from '../../lib/meta';
import { type Context, embedding, type Layer, linear, mlp } from '../../lib/nn';
import { type Tensor, type Tree, torch } from '../../lib/torch';
import { expectSame } from './metric/metric-contract';
import { parametersOf, randomEpisodes } from './support/support';

/** The layer with twice its output when told so by the options that it is given. */
function twice<P extends Tree>(layer: Layer<P>, when: (options: Context) => boolean): Layer<P> {
  return {
    init: (generator) => layer.init(generator),
    apply: (params, x, options = {}) => {
      const y = layer.apply(params, x, options);
      return when(options) ? y.mul(2) : y;
    },
  };
}

const generator = torch.generator(9);
const always = () => true;
const never = () => false;
// Dropout needs both.
const whileTraining = (options: Context) =>
  options.training === true && options.generator === generator;

type When = (options: Context) => boolean;
const encoder = (when: When) => twice(linear({ inFeatures: 4, outFeatures: 5 }), when);
const sizes = { dimensions: 5, ways: 3 };
const small = { ...sizes, hiddenSize: 6, slots: 7, wordSize: 4, reads: 2 };
const attention = [
  [4, 2],
  [5, 3],
] as const;

/** Distributional Signatures of numbers, as words. */
function signatures(when: When): Learner<Tree, unknown> {
  const own = distributionalSignatures({
    embedding: twice(embedding({ numEmbeddings: 12, embeddingDim: 3 }), when),
    frequencies: torch.arange(12).add(1).div(78),
    hiddenSize: 2,
  });
  const words = (x: Tensor) => {
    const ids = x.abs().mul(2.5).round().clampMax(11).to('int64');
    return { ids, mask: ids.ne(0) };
  };
  return {
    init: own.init,
    adapt: (params, { inputs, labels }, ways, options) =>
      own.adapt(params as never, { inputs: words(inputs), labels }, ways, options),
    predict: (adapted, inputs, options) => own.predict(adapted as never, words(inputs), options),
  };
}

const LEARNERS = {
  siamese: (when: When) => siamese({ encoder: encoder(when), dimensions: 5 }),
  contrastiveSiamese: (when: When) => contrastiveSiamese({ encoder: encoder(when), margin: 9 }),
  matching: (when: When) => matching({ encoder: encoder(when), fullContext: { dimensions: 5 } }),
  prototypical: (when: When) => prototypical({ encoder: encoder(when) }),
  relation: (when: When) =>
    relation({ encoder: encoder(when), relation: mlp({ sizes: [10, 6, 1] }) }),
  'the module of relation': (when: When) =>
    relation({ encoder: encoder(never), relation: twice(mlp({ sizes: [10, 6, 1] }), when) }),
  induction: (when: When) => induction({ encoder: encoder(when), dimensions: 5, slices: 4 }),
  graphNetwork: (when: When) => graphNetwork({ encoder: encoder(when), ...sizes, features: 4 }),
  r2d2: (when: When) => r2d2({ encoder: encoder(when) }),
  metaOptNet: (when: When) => metaOptNet({ encoder: encoder(when) }),
  mann: (when: When) => mann({ encoder: encoder(when), ...small }),
  snail: (when: When) =>
    snail({ encoder: encoder(when), ...sizes, length: 7, filters: 3, attention }),
  distributionalSignatures: signatures,
} as Record<string, (when: When) => Learner<Tree, unknown>>;

const episodes = randomEpisodes(torch.generator(1));
const training = { training: true, generator };

describe.each(Object.entries(LEARNERS))('%s', (_, learner) => {
  const [own, doubled, plain] = [whileTraining, always, never].map(learner);
  if (!own || !doubled || !plain) throw new Error('no learners');
  const params = parametersOf(own, 2);
  const { support, query } = episodes;
  const apart = (a: Tensor, b: Tensor) => Number(a.sub(b).abs().max().item());

  test('is trained as one that is training, and used as one that is not', () => {
    const loss = (of: Learner<Tree, unknown>, options = {}) =>
      metaGradient(of, params, episodes, { generator, ...options }).loss;
    expect(loss(own)).toBe(loss(doubled));
    expect(loss(own, { training: false })).toBe(loss(plain));
    expect(loss(doubled)).not.toBe(loss(plain));
    expectSame(
      queryLogits(own, params, episodes).logits,
      queryLogits(plain, params, episodes).logits,
    );
  });

  test('hands its options on when it predicts, and when it adapts', () => {
    const logits = (adapting: Learner<Tree, unknown>, predicting: Learner<Tree, unknown>) =>
      predicting.predict(adapting.adapt(params, support, 3), query.inputs);
    const adapted = own.adapt(params, support, 3, training);
    expectSame(plain.predict(adapted, query.inputs), logits(doubled, plain));
    const predicted = own.predict(own.adapt(params, support, 3), query.inputs, training);
    expectSame(predicted, logits(plain, doubled));
    expect(apart(predicted, logits(plain, plain))).toBeGreaterThan(1e-6);
  });
});

test('the nearest class mean hands its options on, though lengths do not count', () => {
  const seen: unknown[] = [];
  const spy: Layer<Tree> = {
    init: () => ({}),
    apply: (_, x, options) => {
      seen.push(options);
      return x;
    },
  };
  const learner = nearestClassMean({ encoder: spy });
  learner.predict(
    learner.adapt({}, episodes.support, 3, training),
    episodes.query.inputs,
    training,
  );
  expect(seen).toEqual([training, training]);
});

test('MANN trained on sequences is trained as one that is training', () => {
  const paper = (when: When) => mann({ encoder: encoder(when), ...small, trainOn: 'sequence' });
  const params = parametersOf(paper(never), 2);
  const loss = (when: When, options = {}) =>
    metaGradient(paper(when), params, episodes as Episodes, {
      generator: generator.manualSeed(5),
      ...options,
    }).loss;
  expect(loss(whileTraining)).toBe(loss(always));
  expect(loss(whileTraining, { training: false })).toBe(loss(never));
  expect(loss(always)).not.toBe(loss(never));
  const along = (when: When) => paper(when).sequence(params, episodes.support, training);
  expectSame(along(whileTraining), along(always));
});
