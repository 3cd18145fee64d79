import { type Episodes, IGNORED, type Learner, taskMse } from '../../lib/meta';
import { linear, type NoParams } from '../../lib/nn';
import { type Tensor, torch } from '../../lib/torch';
import { accuracyOf, estimate, evaluate, formatEvaluation } from '../../lib/train';

/** Its logits are the inputs themselves, so that episodes say what is right. */
const oracle: Learner<NoParams, NoParams> = {
  init: () => ({}),
  adapt: () => ({}),
  predict: (_, inputs) => inputs.mul(1),
};

/** Tasks by their answers and labels, of two classes. */
function tasks(answers: number[][], labels: number[][]): Episodes {
  const query = {
    inputs: torch.tensor(answers.map((task) => task.map((k) => [k === 0 ? 1 : 0, k]))),
    labels: torch.tensor(labels, { dtype: 'int64' }),
  };
  return { ways: 2, support: query, query };
}

test('formatEvaluation is the accuracy, or the loss where there is none', () => {
  const loss = { mean: 0.21449, halfWidth: 0.0083, count: 600 };
  expect(formatEvaluation({ loss })).toBe('loss 0.214 ± 0.008');
  expect(formatEvaluation({ loss, accuracy: { mean: 0.5, halfWidth: 0.01, count: 9 } })).toBe(
    '50.0 ± 1.0 %',
  );
});

describe('evaluate', () => {
  test("has the learner's own loss of every task, and an accuracy only where labels are classes", () => {
    const targets = (values: number[]): Episodes => {
      const inputs = torch.zeros([values.length, 1, 1]);
      const query = { inputs, labels: torch.tensor(values.map((value) => [[value]])) };
      return { ways: 0, support: query, query };
    };
    // It answers 0, so the squared error is the target's square.
    const learner = { ...oracle, loss: taskMse };
    const judged = evaluate(learner, {}, [() => targets([1, 2]), () => targets([3])]);
    expect(judged).toEqual({ loss: estimate([1, 4, 9]) });
    expect(() => accuracyOf(judged)).toThrow('whose labels are classes');
  });

  test('has the cross-entropy for a loss by default, and both for classes with a loss of their own', () => {
    const batches = [() => tasks([[0, 1]], [[0, 0]]), () => tasks([[0, 1]], [[0, 1]])];
    // Logits are [1, 0] and [0, 1].
    const miss = Math.log(1 + Math.E);
    const hit = miss - 1;
    const { loss, accuracy } = evaluate(oracle, {}, batches);
    expect(loss.mean).toBeCloseTo((miss + 3 * hit) / 4, 6);
    expect(accuracy).toEqual(estimate([0.5, 1]));
    const own = { ...oracle, loss: (x: Tensor) => x.sum([1, 2]), classifies: true };
    expect(evaluate(own, {}, batches)).toEqual({
      loss: estimate([2, 2]),
      accuracy: estimate([0.5, 1]),
    });
  });

  test('takes every task of every batch as one value, without the rows that fill up', () => {
    const batches = [
      () =>
        tasks(
          [
            [0, 1],
            [1, 1],
          ],
          [
            [0, 1],
            [0, 1],
          ],
        ),
      () => tasks([[1, 1]], [[0, IGNORED]]),
    ];
    expect(accuracyOf(evaluate(oracle, {}, batches))).toEqual(estimate([1, 0.5, 0]));
  });

  test('makes one batch at a time and leaves no tensors behind', () => {
    const before = torch.memory();
    let most = 0;
    const batch = () => {
      most = Math.max(most, torch.memory().tensors - before.tensors);
      return tasks([[0, 1]], [[0, 0]]);
    };
    expect(accuracyOf(evaluate(oracle, {}, new Array(20).fill(batch)))).toEqual({
      mean: 0.5,
      halfWidth: 0,
      count: 20,
    });
    expect(most).toBe(0);
    expect(torch.memory()).toEqual(before);
  });

  test('leaves no tensors behind when a batch does not fit', () => {
    const layer = linear({ inFeatures: 5, outFeatures: 2 });
    const params = layer.init(torch.generator(1));
    const learner: Learner<typeof params, typeof params> = {
      init: layer.init,
      adapt: (own) => own,
      predict: layer.apply,
    };
    const before = torch.memory();
    expect(() => evaluate(learner, params, [() => tasks([[0]], [[0]])])).toThrow(
      'Expected [..., 5] for the input of linear',
    );
    expect(torch.memory()).toEqual(before);
  });

  test('refuses fewer than two tasks', () => {
    expect(() => evaluate(oracle, {}, [() => tasks([[0]], [[0]])])).toThrow(RangeError);
    expect(() => evaluate(oracle, {}, [])).toThrow('Expected at least 2 values');
  });
});
