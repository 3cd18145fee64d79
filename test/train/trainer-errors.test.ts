import { existsSync } from 'node:fs';
import type { LinearParams } from '../../lib/nn';
import { adam } from '../../lib/optim';
import { torch } from '../../lib/torch';
import type { Evaluation } from '../../lib/train';
import { noisyTasks } from './noisy-tasks';
import { learner, type Options, run, scripted, start, startWeights } from './noisy-training';

describe('an error surfaces, closes the logger and leaves no tensors behind', () => {
  const fail = (): never => {
    throw new Error('mine');
  };
  const failAt = (last: number) => (step: number) => {
    const made = noisyTasks(step);
    return step === last ? fail() : made;
  };
  const judge = (params: LinearParams): Evaluation => {
    params.weight.mul(2);
    return fail();
  };
  const lateJudge = (): ((params: LinearParams) => Evaluation) => {
    const early = scripted([0.1, 0.2]);
    let calls = 0;
    return (params) => (++calls > 2 ? judge(params) : early(params));
  };
  const optimizer = adam({ learningRate: 0.02 });

  test.each<[string, () => Partial<Options>]>([
    ['the first episodes', () => ({ episodes: failAt(0) })],
    ['later episodes', () => ({ episodes: failAt(2) })],
    ['the validation', () => ({ evaluate: judge, evaluateEvery: 1 })],
    ['a later validation', () => ({ evaluate: lateJudge(), evaluateEvery: 1 })],
    ['the optimizer at its start', () => ({ optimizer: { ...optimizer, init: fail } })],
    ['the optimizer', () => ({ optimizer: { ...optimizer, update: fail } })],
    ['the logger at its start', () => ({ logger: { start: fail } })],
    ['the logger at a step', () => ({ logger: { step: fail } })],
    [
      'the logger at an evaluation',
      () => ({ logger: { evaluation: fail }, evaluate: scripted([]), evaluateEvery: 1 }),
    ],
    ['the logger at its end', () => ({ logger: { close: fail }, evaluate: scripted([]) })],
  ])('of %s', async (_, options) => {
    const before = torch.memory();
    await expect(run(options())).rejects.toThrow('mine');
    expect(torch.memory()).toEqual(before);
    expect(start.weight.data()).toEqual(startWeights);
  });

  test('of libtorch', async () => {
    const before = torch.memory();
    const close = jest.fn();
    const wide = () => ({
      ...noisyTasks(1),
      query: { ...noisyTasks(2).support, inputs: start.weight },
    });
    await expect(run({ episodes: wide, logger: { close } })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_TORCH_/),
    });
    expect(torch.memory()).toEqual(before);
    expect(close).toHaveBeenCalledTimes(1);
  });
});

test.each<[string, Partial<Options>]>([
  ['steps', { steps: 0 }],
  ['steps', { steps: 1.5 }],
  ['steps', { steps: Number.NaN }],
  ['evaluateEvery', { evaluateEvery: 0 }],
  ['evaluateEvery', { evaluateEvery: -1 }],
])('refuses %s of %j', async (name, options) => {
  const before = torch.memory();
  await expect(run(options)).rejects.toThrow(
    `Expected a positive integer for ${name} of train but received`,
  );
  expect(torch.memory()).toEqual(before);
});

test('checkpoints are refused for what they would not hold', async () => {
  await expect(
    run({ learner: { ...learner, carries: true }, checkpoints: { folder: 'nowhere' } }),
  ).rejects.toThrow(
    'Expected a learner that carries nothing from batch to batch for train with checkpoints',
  );
  expect(existsSync('nowhere')).toBe(false);
});
