import { joinEpisodes } from '../../lib/meta/join-episodes';
import { torch } from '../../lib/torch';
import { oneTask, treeDistance } from './support/contract';
import { randomEpisodes } from './support/support';

test('batches of one shape become one, in order; others stay apart', () => {
  const episodes = randomEpisodes(torch.generator(1));
  const other = randomEpisodes(torch.generator(2), { shots: 3 });
  const parts = [oneTask(episodes, 0), other, oneTask(episodes, 1), oneTask(episodes, 2)];
  const [joined, apart, ...none] = joinEpisodes(parts);
  expect(none).toEqual([]);
  expect(apart).toBe(other);
  for (const set of ['support', 'query'] as const) {
    expect(treeDistance(joined?.[set] ?? {}, episodes[set])).toBe(0);
  }
});

test('batches of any number of tasks join; those of another dtype or number of ways do not', () => {
  const episodes = randomEpisodes(torch.generator(1));
  const one = oneTask(episodes, 0);
  const [joined] = joinEpisodes([episodes, one]);
  expect(joined?.support.labels.shape).toEqual([4, 6]);
  const single = { inputs: one.support.inputs.to('float32'), labels: one.support.labels };
  expect(joinEpisodes([episodes, { ...one, support: single }])).toHaveLength(2);
  expect(joinEpisodes([episodes, { ...one, ways: 5 }])).toHaveLength(2);
});

test('what is known of the classes is joined too', () => {
  const classes = torch.tensor([[4, 2, 1]], { dtype: 'int64' });
  const one = { ...randomEpisodes(torch.generator(3), { tasks: 1 }), classes };
  const [joined] = joinEpisodes([one, one]);
  expect(joined?.classes?.tolist()).toEqual([
    [4n, 2n, 1n],
    [4n, 2n, 1n],
  ]);
  expect(joinEpisodes([])).toEqual([]);
});
