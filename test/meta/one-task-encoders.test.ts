import {
  distributionalSignatures,
  type Episodes,
  type Learner,
  nearestClassMean,
  prototypical,
  queryLogits,
  r2d2,
  relation,
} from '../../lib/meta';
import { splitEpisodes } from '../../lib/meta/split-episodes';
import { type Layer, linear } from '../../lib/nn';
import { type Tensor, type Tree, torch } from '../../lib/torch';
import { mapEpisodes, randomEpisodes } from './support/support';

/** Written for the examples `[n, D]` of one task: over T tasks the mean would be of all tasks. */
const centred: Layer<Record<string, never>> = {
  init: () => ({}),
  apply: (_, x) => x.sub(x.mean([0], { keepdim: true })),
};

const random = randomEpisodes(torch.generator(1), { tasks: 3, ways: 3, shots: 2, size: 4 });

function itTakesOneTask<P extends Tree, A, I extends Tree>(
  name: string,
  learner: Learner<P, A, I>,
  episodes: Episodes<I>,
): void {
  test(`${name} gives each task what it gives it alone`, () => {
    const params = learner.init(torch.generator(2));
    const { logits } = queryLogits(learner, params, episodes);
    const alone = [...splitEpisodes(episodes, 1)].map(
      (one) => queryLogits(learner, params, one).logits,
    );
    expect(Number(logits.sub(torch.cat(alone)).abs().max().item())).toBeLessThan(1e-6);
  });
}

itTakesOneTask('prototypical', prototypical({ encoder: centred }), random);
itTakesOneTask('nearestClassMean', nearestClassMean({ encoder: centred }), random);
itTakesOneTask('r2d2', r2d2({ encoder: centred }), random);

/** Compares pairs `[n, N, 2·D]` with the mean of the task. */
const compare: Layer<{ w: Tensor }> = {
  init: (generator) => ({ w: torch.randn([8, 1], { generator }) }),
  apply: ({ w }, pairs) =>
    pairs
      .sub(pairs.mean([0, 1]))
      .square()
      .matmul(w.to(pairs)),
};
const encoder = linear({ inFeatures: 4, outFeatures: 4 });
const single = mapEpisodes(random, (x) => x.to('float32'));
itTakesOneTask('relation', relation({ encoder, relation: compare }), single);

/** Vectors `[n, L, D]` of ids `[n, L]`, less their mean over the texts. */
const lookUp: Layer<{ table: Tensor }> = {
  init: (generator) => ({ table: torch.randn([5, 3], { generator }) }),
  apply: ({ table }, ids) => {
    const x = torch.embedding(table, ids);
    return x.sub(x.mean([0], { keepdim: true }));
  },
};
const signatures = distributionalSignatures({
  embedding: lookUp,
  frequencies: torch.tensor([0.4, 0.3, 0.1, 0.1, 0.1]),
  hiddenSize: 2,
});
itTakesOneTask(
  'distributionalSignatures',
  signatures,
  mapEpisodes(random, (x) => {
    const ids = x.abs().mul(10).to('int64').remainder(5);
    return { ids, mask: ids.onesLike() };
  }),
);
