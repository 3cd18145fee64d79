import {
  type DistributionalSignaturesParams,
  distributionalSignatures,
  type Learner,
  type SignatureAdapted,
  type Words,
} from '../../../lib/meta/index';
import { type EmbeddingParams, embedding } from '../../../lib/nn/index';
import { type Tensor, torch } from '../../../lib/torch/index';
import { expectSame, itKeepsTheContract } from '../metric/metric-contract';
import { parametersOf, randomEpisodes } from '../support/support';

const V = 12;
const table = embedding({ numEmbeddings: V, embeddingDim: 3, paddingIndex: 0 });
const frequencies = torch.arange(V).to('float64').add(1).div(78);
const options = { embedding: table, frequencies, epsilon: 0.05, hiddenSize: 2, wordLambda: 0.4 };
const learner = distributionalSignatures(options);
const generator = torch.generator(1);
const episodes = randomEpisodes(generator);

/** Numbers as words, so that tests of learners of numbers serve; a small number is padding. */
function words(inputs: Tensor): Words {
  const ids = inputs
    .mul(2.5)
    .round()
    .abs()
    .clampMax(V - 1)
    .to('int64');
  return { ids, mask: ids.ne(0).to(inputs.dtype) };
}

type Params = DistributionalSignaturesParams<EmbeddingParams>;
const ofNumbers: Learner<Params, SignatureAdapted<EmbeddingParams>> = {
  init: learner.init,
  adapt: (params, { inputs, labels }, ways, own) =>
    torch.scope(() => learner.adapt(params, { inputs: words(inputs), labels }, ways, own)),
  predict: (adapted, inputs, own) =>
    torch.scope(() => learner.predict(adapted, words(inputs), own)),
};

itKeepsTheContract(ofNumbers, { elements: 40 });

test.each([
  ['some', 3],
  // Words of a single class have no entropy.
  ['one', 1],
])('the logits are those of the formulas, word by word, for %s of the classes', (_, ways) => {
  const real = (value: number) => torch.tensor(value, { dtype: 'float64' });
  const params: Params = {
    ...parametersOf(ofNumbers, 2),
    ...{ logLambda: real(Math.log(0.7)), alpha: real(1.5), beta: real(-0.25) },
  };
  // So that the LSTM is not saturated by the greatest t.
  const { forward, backward = forward } = params.lstm;
  for (const { input } of [forward, backward]) input.weight.detach().select(1, 1).mul_(1e-3);
  const { weight } = params.embedding;
  const rows = 2 * ways;
  const support = words(episodes.support.inputs.select(0, 0).narrow(0, 0, rows));
  const y = torch.eye(ways, { dtype: 'float64' }).repeatInterleave(2, 0);
  const eye = torch.eye(3, { dtype: 'float64' });
  const ridge = (x: Tensor, lambda: number) =>
    torch.linalg.solve(x.mT.matmul(x).add(eye.mul(lambda)), x.mT.matmul(y));
  const vectors = (text: Tensor) => weight.indexSelect(0, text.maskedSelect(text.ne(0)));
  const texts = [...support.ids];
  const wordWeights = ridge(torch.stack(texts.map((text) => vectors(text).mean([0]))), 0.4);
  const represent = (text: Tensor): Tensor => {
    const x = vectors(text);
    const p = x.matmul(wordWeights).softmax(-1);
    const t = p.mul(p.log()).sum([-1]).neg().clampMin(0.001).reciprocal();
    const share = frequencies.indexSelect(0, text.maskedSelect(text.ne(0)));
    const s = share.add(0.05).reciprocal().mul(0.05);
    const none = torch.zeros([8], { dtype: 'float64' });
    const cells = [forward, backward].flatMap(({ input, hidden }) => [
      input.weight,
      hidden.weight,
      input.bias ?? none,
      none,
    ]);
    const start = torch.zeros([2, 1, 2], { dtype: 'float64' });
    const input = torch.stack([s, t], -1).unsqueeze(0);
    const [read] = torch.lstm(input, [start, start], cells, true, 1, 0, false, true, true);
    return read.squeeze(0).matmul(params.attention).softmax(0).matmul(x);
  };
  const w = ridge(torch.stack(texts.map(represent)), 0.7);
  const query = words(episodes.query.inputs.select(0, 0));
  const exact = torch
    .stack([...query.ids].map(represent))
    .matmul(w)
    .mul(1.5)
    .sub(0.25);
  const few = (x: Tensor) => x.narrow(1, 0, rows);
  const { inputs, labels } = episodes.support;
  const adapted = ofNumbers.adapt(params, { inputs: few(inputs), labels: few(labels) }, ways);
  const logits = ofNumbers.predict(adapted, episodes.query.inputs).select(0, 0);
  expectSame(logits, exact, 1e-10);
});

test('a text of padding alone gets equal logits, and no NaN', () => {
  const params = parametersOf(ofNumbers, 2);
  const adapted = ofNumbers.adapt(params, episodes.support, 3);
  const logits = ofNumbers.predict(adapted, torch.zeros([3, 1, 4], { dtype: 'float64' }));
  expectSame(logits, torch.zeros([3, 1, 3], { dtype: 'float64' }));
});

test('refuses options out of range', () => {
  expect(() => distributionalSignatures({ ...options, epsilon: 0 })).toThrow('epsilon');
  expect(() => distributionalSignatures({ ...options, wordLambda: -1 })).toThrow('wordLambda');
  const square = frequencies.view([3, 4]);
  expect(() => distributionalSignatures({ ...options, frequencies: square })).toThrow(
    'Expected [V] for the frequencies of distributionalSignatures but received [3, 4]',
  );
  const list = [0.5, 0.5] as unknown as Tensor;
  expect(() => distributionalSignatures({ ...options, frequencies: list })).toThrow(
    'Expected a tensor for frequencies of distributionalSignatures',
  );
});

test.each([
  ['ids that are none', (own: Words) => ({ ...own, ids: [1] }), /a tensor for the ids/],
  ['no words', () => undefined, /an object for the inputs/],
  [
    'a mask of another shape',
    (own: Words) => ({ ...own, mask: own.mask.narrow(2, 0, 1) }),
    /for the mask of distributionalSignatures but received/,
  ],
  [
    'words of one task',
    ({ ids, mask }: Words) => ({ ids: ids.narrow(0, 0, 1), mask: mask.narrow(0, 0, 1) }),
    /\[3, n, L\] for the ids of distributionalSignatures but received \[1, /,
  ],
] as const)('refuses queries of %s', (_, change, message) => {
  const params = parametersOf(ofNumbers, 2);
  const adapted = ofNumbers.adapt(params, episodes.support, 3);
  const queries: unknown = change(words(episodes.query.inputs));
  expect(() => Reflect.apply(learner.predict, learner, [adapted, queries])).toThrow(message);
});
