import { meta } from '../../../lib';
import { exampleFeatures, headLeaderboard } from '../../../lib/serve';
import { loadEncoderSync, loadIntents, type SentenceEncoder } from '../../../lib/text';
import { torch } from '../../../lib/torch';
import { settledTensors } from '../../helpers/garbage';

let encoder: SentenceEncoder;
beforeAll(() => {
  encoder = loadEncoderSync();
});
afterAll(() => encoder.dispose());

const intents = loadIntents();
const taskOf = (labels: readonly string[], shots: number) => ({
  examples: Object.fromEntries(
    labels.map((label) => [label, intents.examples(label).slice(0, shots)]),
  ),
  asked: labels.flatMap((label) =>
    intents
      .examples(label)
      .slice(10)
      .map((own) => ({ text: own, label })),
  ),
});
const tasks = [
  taskOf(['card_lost', 'exchange_rate'], 5),
  taskOf(['card_lost', 'card_stolen', 'pin_change'], 1),
];

test('a row for each task: what is known of it, and how many texts each head tells right', async () => {
  const before = await settledTensors();
  const [easy, hard] = await headLeaderboard(encoder, tasks);
  expect(torch.memory().tensors).toBe(before);
  expect(Object.keys(easy?.scores ?? {})).toEqual([
    'logistic',
    'meta-trained',
    'class-mean',
    'ridge',
    'nearest-examples',
  ]);
  expect(easy?.features.logShots).toBeCloseTo(Math.log(5), 12);
  expect(hard?.features.logWays).toBeCloseTo(Math.log(3), 12);
  for (const own of Object.values(easy?.scores ?? {})) expect(own).toBeGreaterThan(0.8);
  for (const own of Object.values(hard?.scores ?? {})) {
    // Shares of 30 texts.
    expect(own * 30).toBeCloseTo(Math.round(own * 30), 9);
  }
});

test('the features of examples alone are those of their row', async () => {
  const [row] = await headLeaderboard(encoder, tasks);
  const features = await exampleFeatures(encoder, tasks[0]?.examples ?? {});
  for (const [name, value] of Object.entries(features)) {
    expect(value).toBeCloseTo(row?.features[name as keyof typeof features] ?? Number.NaN, 5);
  }
});

test('is what a choice is learned from', async () => {
  const board = await headLeaderboard(encoder, [...tasks, taskOf(['top_up_how', 'loan_apply'], 2)]);
  const selection = meta.learnSelection(board);
  const features = await exampleFeatures(encoder, tasks[1]?.examples ?? {});
  expect(Object.keys(board[0]?.scores ?? {})).toContain(selection.choose(features).best);
});

test('refuses tasks that cannot be scored', async () => {
  const { examples, asked } = tasks[0] ?? { examples: {}, asked: [] };
  await expect(headLeaderboard(encoder, [{ examples, asked: [] }])).rejects.toThrow(
    'at least one text for asked of tasks[0]',
  );
  const foreign = [{ text: 'a', label: 'other' }];
  await expect(headLeaderboard(encoder, [{ examples, asked: foreign }])).rejects.toThrow(
    'the label of an example',
  );
  const signal = AbortSignal.abort('stop');
  await expect(headLeaderboard(encoder, [{ examples, asked }], { signal })).rejects.toBe('stop');
  await expect(exampleFeatures(encoder, {})).rejects.toThrow('at least one example');
  expect(await headLeaderboard(encoder, [])).toEqual([]);
});
