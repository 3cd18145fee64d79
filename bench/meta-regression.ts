// Meta-trains on sines and prints the error after each number of inner steps. `npm run regression`.
import { maml, metaGradient, queryLogits, sineTasks, taskMse } from '../lib/meta';
import { mlp, trainable } from '../lib/nn';
import { adam } from '../lib/optim';
import { torch } from '../lib/torch';
import { estimate } from '../lib/train';

const META_STEPS = 3000;
const TEST_TASKS = 600;

const learnerOf = (innerSteps: number) =>
  maml({
    model: mlp({ sizes: [1, 40, 40, 1] }),
    loss: taskMse,
    innerLearningRate: 0.01,
    innerSteps,
  });

function train() {
  const learner = learnerOf(1);
  const generator = torch.generator(1);
  const optimizer = adam({ learningRate: 1e-3 });
  const start = trainable(learner.init(generator));
  let run = { params: start, state: optimizer.init(start) };
  for (let step = 0; step < META_STEPS; step++) {
    run = torch.replace(run, ({ params, state }) => {
      const { gradients } = metaGradient(learner, params, sineTasks(generator));
      return optimizer.update(gradients, state, params);
    });
  }
  return run.params;
}

const params = train();
const test = sineTasks(torch.generator(2), { tasks: TEST_TASKS, queries: 100 });
console.log(`10-shot sines, ${META_STEPS} meta-steps of 25 tasks, ${TEST_TASKS} unseen tasks\n`);
console.log('inner steps  mean squared error');
for (const innerSteps of [0, 1, 5, 10]) {
  const errors = torch.scope(() => {
    const { logits, labels } = queryLogits(learnerOf(innerSteps), params, test);
    return [...taskMse(logits, labels).data()].map(Number);
  });
  const { mean, halfWidth } = estimate(errors);
  console.log(`${String(innerSteps).padStart(11)}  ${mean.toFixed(3)} ± ${halfWidth.toFixed(3)}`);
}
