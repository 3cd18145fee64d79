import { type Learner, nearestClassMean, prototypical, queryLogits, r2d2 } from '../../lib/meta';
import { splitEpisodes } from '../../lib/meta/split-episodes';
import type { Layer } from '../../lib/nn';
import { type Tree, torch } from '../../lib/torch';
import { randomEpisodes } from './support';

/** Written for the examples `[n, D]` of one task: over T tasks the mean would be of all tasks. */
const centred: Layer<Record<string, never>> = {
  init: () => ({}),
  apply: (_, x) => x.sub(x.mean([0], { keepdim: true })),
};

function itTakesOneTask<P extends Tree, A>(name: string, learner: Learner<P, A>): void {
  test(`${name} gives each task what it gives it alone`, () => {
    const episodes = randomEpisodes(torch.generator(1), { tasks: 3, ways: 3, shots: 2, size: 4 });
    const params = learner.init(torch.generator(2));
    const { logits } = queryLogits(learner, params, episodes);
    const alone = [...splitEpisodes(episodes, 1)].map(
      (one) => queryLogits(learner, params, one).logits,
    );
    expect(Number(logits.sub(torch.cat(alone)).abs().max().item())).toBeLessThan(1e-6);
  });
}

itTakesOneTask('prototypical', prototypical({ encoder: centred }));
itTakesOneTask('nearestClassMean', nearestClassMean({ encoder: centred }));
itTakesOneTask('r2d2', r2d2({ encoder: centred }));
