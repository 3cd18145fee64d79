import { matching, queryLogits } from '../../../lib/meta/index';
import { linear } from '../../../lib/nn/index';
import { type Tensor, torch } from '../../../lib/torch/index';
import { parametersOf, randomEpisodes } from '../support/support';
import { expectSame, itKeepsTheContract } from './metric-contract';
import { expectLikePyTorch } from './metric-fixture';

const encoder = linear({ inFeatures: 4, outFeatures: 5 });
const episodes = randomEpisodes(torch.generator(1));
const fce = { dimensions: 5, steps: 3 };

test('P(y | x, S) is the softmax over cosines, summed by class', () => {
  const learner = matching({ encoder });
  const params = parametersOf(learner, 2);
  const embed = (x: Tensor) => encoder.apply(params.encoder, x);
  const attention = torch
    .cosineSimilarity(
      embed(episodes.query.inputs).unsqueeze(2),
      embed(episodes.support.inputs).unsqueeze(1),
      -1,
    )
    .softmax(-1);
  const exact = attention.unflatten(2, [3, 2]).sum([3]);
  expectSame(queryLogits(learner, params, episodes).logits.exp(), exact);
});

describe('without full context embeddings', () => itKeepsTheContract(matching({ encoder })));

describe('with full context embeddings', () => {
  itKeepsTheContract(matching({ encoder, fullContext: fce }), { orderFree: false });
});

test('with full context embeddings equals PyTorch', () => {
  expectLikePyTorch(matching({ encoder, fullContext: fce }), 'matching');
});

test('refuses parameters of the other kind and steps that are none', () => {
  const plain = parametersOf(matching({ encoder }), 1);
  const learner = matching({ encoder, fullContext: fce });
  expect(() => learner.adapt(plain, episodes.support, 3)).toThrow(
    'for the context in the parameters of matching',
  );
  const adapted = matching({ encoder }).adapt(plain, episodes.support, 3);
  expect(() => learner.predict(adapted, episodes.query.inputs)).toThrow(
    'for the context in the params in the adapted values of matching',
  );
  expect(() => matching({ encoder, fullContext: { dimensions: 5, steps: 0 } })).toThrow('steps');
});
