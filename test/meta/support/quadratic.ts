import type { Episodes } from '../../../lib/meta';
import type { Layer } from '../../../lib/nn';
import { type Tensor, torch } from '../../../lib/torch';

const float64 = { dtype: 'float64' } as const;

/** L_support(θ) = ½ θᵀAθ and L_query(θ) = gᵀθ, for which much is known in closed form. */
export const quadratic = {
  a: torch.tensor(
    [
      [2, 0.5, 0],
      [0.5, 1, -0.25],
      [0, -0.25, 1.5],
    ],
    float64,
  ),
  g: torch.tensor([1, -2, 0.5], float64),
  /** A model that is its three weights. */
  model: {
    init: (generator) => ({ theta: torch.randn([3], { generator }) }),
    apply: ({ theta }, x) =>
      (theta.ndim === 1 ? theta.expand([x.shape[0] ?? 1, 3]) : theta).unsqueeze(1),
    tasks: true,
  } satisfies Layer<{ theta: Tensor }>,
  /** The labels tell the two losses apart: 0 for the support set, 1 for the query set. */
  loss: (outputs: Tensor, labels: Tensor): Tensor => {
    const value = outputs.squeeze(1);
    if (labels.select(1, 0).select(0, 0).item() === 1) return value.matmul(quadratic.g);
    return value.matmul(quadratic.a).mul(value).sum([-1]).mul(0.5);
  },
};

const set = (label: number) => ({
  inputs: torch.zeros([2, 1, 1], float64),
  labels: torch.tensor([[label], [label]], { dtype: 'int64' }),
});

export const quadraticEpisodes: Episodes = { ways: 1, support: set(0), query: set(1) };
