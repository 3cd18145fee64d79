import { access, lookUp } from '../../../lib/meta/memory/least-recently-used';
import { torch } from '../../../lib/torch/index';
import { expectGradients, float64 } from '../../helpers/gradients';
import { expectSame } from '../metric/metric-contract';

const PLAIN = { decay: 0.5, keyStrength: 1 };

describe('least recently used access', () => {
  const state = {
    memory: float64([1, 3, 2], 1),
    read: torch.zeros([1, 2], { dtype: 'float64' }),
    readWeights: torch.tensor([[[0.2, 0.3, 0.5]]], { dtype: 'float64' }),
    usage: torch.tensor([[0.5, 0.1, 0.9]], { dtype: 'float64' }),
  };
  const keys = torch.tensor([[[1, -2]]], { dtype: 'float64' });
  const values = torch.tensor([[[3, 4]]], { dtype: 'float64' });
  const heads = (value: number) => ({
    keys,
    values,
    gate: torch.full([1, 1, 1], value, { dtype: 'float64' }),
  });

  test('reads what is like the key in the memory as it was', () => {
    const { read, readWeights } = access(state, heads(0.3), PLAIN);
    const weights = torch.cosineSimilarity(keys, state.memory, -1).softmax(-1);
    expectSame(readWeights.squeeze(1), weights);
    expectSame(read, weights.unsqueeze(1).bmm(state.memory).squeeze(1));
  });

  test('with a closed gate replaces the least used slot by the value', () => {
    const { memory, usage, readWeights } = access(state, heads(0), PLAIN);
    const exact = state.memory.clone();
    exact.select(1, 1).copy_(values.select(1, 0));
    expectSame(memory, exact);
    const written = torch.tensor([[0, 1, 0]], { dtype: 'float64' });
    expectSame(usage, state.usage.mul(0.5).add(readWeights.squeeze(1)).add(written));
  });

  test('with an open gate adds the value where it read the step before', () => {
    const { memory } = access(state, heads(1), PLAIN);
    const kept = state.memory.mul(torch.tensor([[1], [0], [1]]));
    expectSame(memory, kept.add(state.readWeights.mT.bmm(values)));
  });

  test('is twice differentiable', () => {
    expectGradients(
      (...[memory, readWeights, own, value, gate]) => {
        if (!memory || !readWeights || !own || !value || !gate) throw new Error('too few inputs');
        const next = access(
          { ...state, memory, readWeights },
          { keys: own, values: value, gate },
          PLAIN,
        );
        return torch.cat([next.read.flatten(), next.usage.flatten(), next.memory.flatten()]);
      },
      [state.memory, state.readWeights, keys, values, heads(0.3).gate],
    );
  });
});

test.each([1, 3])('β = %d multiplies the cosines, of every key', (keyStrength) => {
  const [memory, keys] = [float64([2, 5, 3], 1), float64([2, 4, 3], 2)];
  const { weights, read } = lookUp(memory, keys, { keyStrength });
  const cosines = torch.cosineSimilarity(keys.unsqueeze(2), memory.unsqueeze(1), -1);
  expectSame(weights, cosines.mul(keyStrength).softmax(-1));
  expectSame(read, weights.bmm(memory));
});

test('an empty memory, and a key of zeros, have finite gradients', () => {
  const memory = torch.zeros([1, 5, 3], { dtype: 'float64', requiresGrad: true });
  const keys = torch.zeros([1, 2, 3], { dtype: 'float64', requiresGrad: true });
  const { read } = lookUp(memory, keys, { keyStrength: 1 });
  expect(read.any().item()).toBe(false);
  for (const gradient of torch.grad(read.sum(), [memory, keys])) {
    expect(gradient.isfinite().all().item()).toBe(true);
  }
});
