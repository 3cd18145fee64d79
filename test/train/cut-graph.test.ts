import { type TaskLoss, taskCrossEntropy } from '../../lib/meta';
import { torch } from '../../lib/torch';
import { learner, run } from './noisy-training';

test('a learner whose predict drops its options ends training at once, and leaves nothing', async () => {
  const forgetful: typeof learner = {
    ...learner,
    predict: (adapted, inputs) => learner.predict(adapted, inputs),
  };
  const before = torch.memory();
  await expect(run({ learner: forgetful })).rejects.toMatchObject({
    code: 'ERR_TORCH_AUTOGRAD',
    message: expect.stringContaining('Expected a graph from the query loss to the parameters'),
  });
  expect(torch.memory()).toEqual(before);
});

test('a loss inside of noGrad ends training at once, and leaves nothing', async () => {
  const loss: TaskLoss = (logits, labels) => torch.noGrad(() => taskCrossEntropy(logits, labels));
  const before = torch.memory();
  await expect(run({ learner: { ...learner, loss } })).rejects.toMatchObject({
    code: 'ERR_TORCH_AUTOGRAD',
    message: expect.stringContaining('inside of `noGrad`'),
  });
  expect(torch.memory()).toEqual(before);
});
