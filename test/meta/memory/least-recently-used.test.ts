import { access, readAfterWriting } from '../../../lib/meta/memory/least-recently-used';
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
  const key = torch.tensor([[[1, -2]]], { dtype: 'float64' });
  const gate = (value: number) => torch.full([1, 1, 1], value, { dtype: 'float64' });

  test('with a closed gate replaces the least used slot by the key', () => {
    const { memory, usage } = access(state, key, gate(0), PLAIN);
    const exact = state.memory.clone();
    exact.select(1, 1).copy_(key.select(1, 0));
    expectSame(memory, exact);
    const weights = torch.cosineSimilarity(key, exact, -1).softmax(-1);
    const written = torch.tensor([[0, 1, 0]], { dtype: 'float64' });
    expectSame(usage, state.usage.mul(0.5).add(weights).add(written));
  });

  test('with an open gate adds the key where it read before', () => {
    const { memory } = access(state, key, gate(1), PLAIN);
    const kept = state.memory.mul(torch.tensor([[1], [0], [1]]));
    expectSame(memory, kept.add(state.readWeights.mT.bmm(key)));
  });

  test('is twice differentiable', () => {
    expectGradients(
      (...[memory, weights, keys, open]) => {
        if (!memory || !weights || !keys || !open) throw new Error('too few inputs');
        const next = access({ ...state, memory, readWeights: weights }, keys, open, PLAIN);
        return torch.cat([next.read.flatten(), next.usage.flatten(), next.memory.flatten()]);
      },
      [state.memory, state.readWeights, key, gate(0.3)],
    );
  });
});

test.each([1, 3])('a query reads as the next step would, with β = %d', (keyStrength) => {
  const rule = { decay: 0.5, keyStrength };
  const [memory, keys] = [float64([2, 5, 3], 1), float64([2, 4, 2, 3], 2)];
  const readWeights = float64([2, 2, 5], 3).softmax(-1);
  const state = { memory, readWeights, read: float64([2, 6], 4), usage: float64([2, 5], 5) };
  const open = float64([2, 4, 2, 1], 6).sigmoid();
  const together = readAfterWriting(state, keys, open, rule);
  for (let q = 0; q < 4; q++) {
    const { read } = access(state, keys.select(1, q), open.select(1, q), rule);
    expectSame(together.select(1, q), read);
  }
});

test('a query of an empty memory has finite gradients', () => {
  const like = { dtype: 'float64' } as const;
  const empty = {
    memory: torch.zeros([1, 5, 3], like),
    readWeights: torch.zeros([1, 2, 5], like),
    read: torch.zeros([1, 6], like),
    usage: torch.zeros([1, 5], like),
  };
  const keys = float64([1, 4, 2, 3], 2).requiresGrad_();
  const open = torch.full([1, 4, 2, 1], 0.5, like);
  const read = readAfterWriting(empty, keys, open, { keyStrength: 1 });
  expectSame(read.select(1, 0), access(empty, keys.select(1, 0), open.select(1, 0), PLAIN).read);
  expect(torch.grad(read.sum(), keys).isfinite().all().item()).toBe(true);
});

test('a key of zeros reads as the next step would', () => {
  const state = {
    ...{ memory: float64([1, 4, 3], 1), read: float64([1, 3], 2), usage: float64([1, 4], 3) },
    readWeights: float64([1, 1, 4], 4).softmax(-1),
  };
  const keys = torch.zeros([1, 1, 1, 3], { dtype: 'float64' });
  const open = torch.full([1, 1, 1, 1], 0.5, { dtype: 'float64' });
  const read = readAfterWriting(state, keys, open, PLAIN);
  expectSame(read.select(1, 0), access(state, keys.select(1, 0), open.select(1, 0), PLAIN).read);
});

test('a slot that what is written nearly cancels has a cosine of at most 1', () => {
  const key = torch.randn([1, 64, 1, 3], { generator: torch.generator(3) });
  for (let q = 0; q < 64; q++) {
    const own = key.narrow(1, q, 1);
    const other = torch.tensor([[1, 0, 0]]);
    // It cancels the first slot, clears the second and reads the third.
    const memory = torch.stack([own.flatten().mul(-0.3), other.squeeze(0), other.squeeze(0)]);
    const state = {
      ...{ memory: memory.unsqueeze(0), usage: torch.tensor([[1, 0, 2]]) },
      ...{ read: torch.zeros([1, 3]), readWeights: torch.tensor([[[0.3, 0, 0]]]) },
    };
    const read = readAfterWriting(state, own, torch.ones([1, 1, 1, 1]), PLAIN);
    const cosine = Number(torch.cosineSimilarity(own.view([1, 3]), other, -1).item());
    const weight = (cancelled: number) =>
      Math.exp(cosine) / (Math.exp(cosine) + 1 + Math.exp(cancelled));
    const share = Number(read.select(-1, 0).item());
    expect(share).toBeGreaterThan(weight(1) - 1e-4);
    expect(share).toBeLessThan(weight(-1) + 1e-4);
  }
});
