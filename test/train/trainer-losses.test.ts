import { maml, sineTasks, taskMse } from '../../lib/meta';
import { type LinearParams, mlp } from '../../lib/nn';
import { adam } from '../../lib/optim';
import { disposeTree, torch } from '../../lib/torch';
import { accuracyOf, type Evaluation, evaluate, type StepReport, train } from '../../lib/train';
import { run } from './noisy-training';

test('without an accuracy, the least loss is the best', async () => {
  const losses = [0.9, Number.NaN, 0.2, 0.5];
  const seen: unknown[] = [];
  const judge = ({ weight }: LinearParams): Evaluation => {
    const mean = losses[seen.length] ?? 0;
    seen.push(weight.data());
    return { loss: { mean, halfWidth: 0.01, count: 2 } };
  };
  const { params, best } = await run({ evaluate: judge, evaluateEvery: 1 });
  expect(best?.loss.mean).toBe(0.2);
  expect(params.weight.data()).toEqual(seen[2]);
  disposeTree(params);
});

test('regression has a loss and no accuracy, in reports and evaluations', async () => {
  const sines = maml({
    model: mlp({ sizes: [1, 8, 1] }),
    loss: taskMse,
    innerLearningRate: 0.01,
    innerSteps: 1,
  });
  const init = sines.init(torch.generator(1));
  const reports: StepReport[] = [];
  const evaluations: Evaluation[] = [];
  const tasks = (seed: number) => sineTasks(torch.generator(seed), { tasks: 4 });
  const { params, best } = await train({
    learner: sines,
    params: init,
    optimizer: adam({ learningRate: 0.01 }),
    episodes: tasks,
    steps: 2,
    evaluate: (params) => evaluate(sines, params, [() => tasks(100)]),
    logger: {
      step: (report) => reports.push(report),
      evaluation: (_, evaluation) => evaluations.push(evaluation),
    },
  });
  expect(reports.map(Object.keys)).toEqual(
    new Array(2).fill(['step', 'steps', 'episodes', 'loss']),
  );
  expect(evaluations).toEqual([best]);
  expect(best).toEqual({
    loss: { mean: expect.any(Number), halfWidth: expect.any(Number), count: 4 },
  });
  expect(() => best && accuracyOf(best)).toThrow('whose labels are classes');
  disposeTree([init, params]);
});
