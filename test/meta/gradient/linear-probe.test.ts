import { linearProbe, queryAccuracy, queryLogits, taskCrossEntropy } from '../../../lib/meta/index';
import { linear } from '../../../lib/nn/index';
import { adam, sgd } from '../../../lib/optim/index';
import { mapTree, torch } from '../../../lib/torch/index';
import { describeContract, distance, expectDerivative, treeDistance } from '../support/contract';
import { parametersOf, randomEpisodes } from '../support/support';

const episodes = randomEpisodes(torch.generator(3));
const encoder = linear({ inFeatures: 4, outFeatures: 5 });
const optimizer = sgd({ learningRate: 0.2, momentum: 0.5 });
const learner = linearProbe({ encoder, optimizer, innerSteps: 4 });
const params = parametersOf(learner, 4);

describeContract({ learner, params, episodes });

test('the gradient of the encoder through the probe agrees with central differences', () => {
  expectDerivative(learner, params, episodes);
});

test('the encoder keeps its very tensors; the head starts from zeros', () => {
  const none = linearProbe({ encoder, innerSteps: 0 });
  const { params: kept, head } = none.adapt(params, episodes.support, 3);
  expect(kept).toBe(params);
  expect(head.weight.shape).toEqual([3, 3, 5]);
  expect(Number(head.weight.abs().max().item())).toBe(0);
  const { logits } = queryLogits(none, params, episodes);
  expect(Number(logits.abs().max().item())).toBe(0);
});

test('takes a hundred steps of Adam of rate 0.03 unless told otherwise, and clips', () => {
  const adapted = (options: object) =>
    linearProbe({ encoder, ...options }).adapt(params, episodes.support, 3).head;
  const named = adapted({ innerSteps: 100, optimizer: adam({ learningRate: 0.03 }) });
  expect(treeDistance(adapted({}), named)).toBe(0);
  const { weight, bias } = adapted({
    optimizer: sgd({ learningRate: 1 }),
    innerSteps: 1,
    maxNorm: 0.01,
  });
  const squares = weight
    .square()
    .sum([1, 2])
    .add((bias ?? weight).square().sum([1]));
  expect(distance(squares.sqrt(), squares.fullLike(0.01))).toBeLessThan(1e-12);
});

test('with decay it comes to rest where the regularized loss does not slope', () => {
  const decay = 0.5;
  const long = linearProbe({
    encoder,
    optimizer: sgd({ learningRate: 0.05, weightDecay: decay }),
    innerSteps: 1500,
  });
  const { head } = long.adapt(params, episodes.support, 3);
  const at = mapTree(([w]) => w.detach().requiresGrad_(), head);
  const features = encoder.apply(params, episodes.support.inputs).detach();
  const logits = features.bmm(at.weight.mT).add((at.bias ?? at.weight).unsqueeze(1));
  const slope = torch.grad(taskCrossEntropy(logits, episodes.support.labels).sum(), at);
  const negative = mapTree(([w]) => w.detach().mul(-decay), at);
  expect(treeDistance(slope, negative)).toBeLessThan(1e-9);
});

test('tells classes apart that lie apart, in any number', () => {
  const far = randomEpisodes(torch.generator(5), { tasks: 10, ways: 4, shots: 5 });
  const probe = linearProbe({ encoder, optimizer: adam({ learningRate: 0.1 }) });
  const accuracy = queryAccuracy(probe, params, far);
  expect(accuracy.reduce((sum, value) => sum + value, 0) / 10).toBeGreaterThan(0.7);
  expect(distance(queryLogits(probe, params, far).logits, torch.zeros([10, 8, 4]))).toBeGreaterThan(
    1,
  );
});
