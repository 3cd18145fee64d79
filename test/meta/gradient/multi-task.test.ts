import { linearProbe, metaGradient, multiTask, queryLogits } from '../../../lib/meta/index';
import { linear } from '../../../lib/nn/index';
import { type Tensor, torch } from '../../../lib/torch/index';
import {
  describeContract,
  distance,
  expectDerivative,
  padded,
  treeDistance,
} from '../support/contract';
import { parametersOf, randomEpisodes } from '../support/support';

const encoder = linear({ inFeatures: 4, outFeatures: 5 });
// Three tasks of three classes out of seven.
const classes = torch.tensor(
  [
    [6, 0, 3],
    [1, 2, 0],
    [5, 4, 6],
  ],
  { dtype: 'int64' },
);
const episodes = { ...randomEpisodes(torch.generator(3)), classes };
const learner = multiTask({ encoder, classes: 7, features: 5, innerSteps: 4 });
const params = parametersOf(learner, 4);

describeContract({ learner, params, episodes });

/** −log softmax over all seven classes, averaged over every example of every task. */
function jointLoss(): number {
  return torch.scope(() => {
    const of = ({ inputs, labels }: typeof episodes.support) => ({
      x: inputs.flatten(0, 1),
      y: classes.gather(1, labels).flatten(),
    });
    const [support, query] = [of(episodes.support), of(episodes.query)];
    const features = encoder.apply(params.encoder, torch.cat([support.x, query.x]));
    const logits = torch.linear(features, params.head.weight, params.head.bias ?? null);
    return Number(logits.crossEntropyLoss(torch.cat([support.y, query.y])).item());
  });
}

test('the gradient is that of telling all classes apart', () => {
  expectDerivative(learner, params, episodes, jointLoss);
});

test('the loss reported is that of the query examples among all classes', () => {
  const { inputs, labels } = episodes.query;
  const features = encoder.apply(params.encoder, inputs.flatten(0, 1));
  const logits = torch.linear(features, params.head.weight, params.head.bias ?? null);
  const exact = logits.crossEntropyLoss(classes.gather(1, labels).flatten());
  expect(metaGradient(learner, params, episodes).loss).toBeCloseTo(Number(exact.item()), 12);
});

test('rows that only fill up change no gradient, wherever they are', () => {
  const query = padded({ ...episodes, support: episodes.query }).support;
  const plain = metaGradient(learner, params, episodes);
  for (const filled of [padded(episodes), { ...episodes, query }]) {
    const { gradients, loss } = metaGradient(learner, params, { ...filled, classes });
    expect(treeDistance(gradients, plain.gradients)).toBeLessThan(1e-12);
    expect(loss).toBeCloseTo(plain.loss, 12);
  }
});

test('every example counts the same, however many its task has', () => {
  // The first task's support set has one example left.
  const { inputs, labels } = episodes.support;
  const few = labels.clone();
  few.select(0, 0).narrow(0, 1, 5).fill_(-100);
  const { gradients } = metaGradient(learner, params, {
    ...episodes,
    support: { inputs, labels: few },
  });
  const value = (): Tensor => {
    const kept = few.flatten().ne(-100).nonzero().flatten();
    const global = classes.gather(1, labels).flatten().indexSelect(0, kept);
    const x = torch.cat([
      inputs.flatten(0, 1).indexSelect(0, kept),
      episodes.query.inputs.flatten(0, 1),
    ]);
    const y = torch.cat([global, classes.gather(1, episodes.query.labels).flatten()]);
    const features = encoder.apply(params.encoder, x);
    return torch.linear(features, params.head.weight, params.head.bias ?? null).crossEntropyLoss(y);
  };
  expect(treeDistance(gradients, torch.grad(value(), params))).toBeLessThan(1e-12);
});

test('new tasks are learned by a linear probe on the encoder', () => {
  const probe = linearProbe({ encoder, innerSteps: 4 });
  const expected = queryLogits(probe, params.encoder, episodes).logits;
  expect(distance(queryLogits(learner, params, episodes).logits, expected)).toBe(0);
});

test('needs to know the classes', () => {
  const { classes: _, ...without } = episodes;
  expect(() => metaGradient(learner, params, without)).toThrow(TypeError);
});
