import { ArgumentRangeError, ArgumentTypeError } from '../../../../lib/errors';
import { Recommender } from '../../../../lib/serve';
import { fitTaste } from '../../../../lib/serve/tasks/recommend/fit-taste';
import { loadEncoderSync, type SentenceEncoder } from '../../../../lib/text';
import { torch } from '../../../../lib/torch';
import { settledTensors } from '../../../helpers/garbage';

let encoder: SentenceEncoder;
beforeAll(() => {
  encoder = loadEncoderSync();
});
afterAll(() => encoder.dispose());

const items = [
  { id: 'tent', text: 'a light tent for two' },
  { id: 'bag', text: 'a warm sleeping bag' },
  { id: 'stove', text: 'a small gas stove for camping' },
  { id: 'novel', text: 'a novel about a family in Lagos' },
  { id: 'poems', text: 'a book of poems' },
  { id: 'diary', text: 'the diary of a poet' },
  { id: 'drill', text: 'a cordless drill' },
  { id: 'saw', text: 'a saw for wood' },
];

describe('fitTaste', () => {
  // Items 0 to 3 and 4 to 7 have unrelated vectors, but whoever likes item i likes item i + 4.
  const x = () => torch.eye(8);
  const users = Array.from({ length: 40 }, (_, u) => [u % 4, (u % 4) + 4]);

  test('learns that items go together whose texts have nothing in common', () => {
    torch.scope(() => {
      const { weights } = fitTaste(x(), users);
      const rows = weights.tolist() as number[][];
      for (let i = 0; i < 4; i++) {
        const others = (rows[i] ?? []).slice(4).filter((_, j) => j !== i);
        expect(rows[i]?.[i + 4]).toBeGreaterThan(Math.max(...others) + 0.5);
      }
    });
  });

  test('without users similarity decides, and popularity is nothing', () => {
    torch.scope(() => {
      const { weights, popularity } = fitTaste(x(), []);
      expect(weights.tolist()).toEqual(torch.eye(8).mul(10).tolist());
      expect(popularity.tolist()).toEqual(new Array(8).fill([0]));
    });
  });

  test('popular items score higher where users click on them whatever else they click on', () => {
    torch.scope(() => {
      const crowd = Array.from({ length: 40 }, (_, u) => [0, 1 + (u % 7)]);
      const { popularity } = fitTaste(x(), crowd);
      const [first = 0, ...others] = (popularity.tolist() as number[][]).flat();
      for (const other of others) expect(first).toBeGreaterThan(other);
    });
  });
});

test('recommends what is alike, without what was clicked on, and says which clicks speak for it', async () => {
  using recommender = await Recommender.fit(encoder, items, []);
  const found = recommender.recommend(['poems', 'saw'], { count: 3 });
  expect(found).toHaveLength(3);
  expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(['diary', 'drill']));
  for (const { id, score, popularity, because } of found) {
    expect(['poems', 'saw']).not.toContain(id);
    const sum = because.reduce((all, { contribution }) => all + contribution, popularity);
    expect(sum).toBeCloseTo(score, 4);
  }
  expect(found.find(({ id }) => id === 'diary')?.because[0]?.id).toBe('poems');
  expect(found.find(({ id }) => id === 'drill')?.because[0]?.id).toBe('saw');
});

test('a user without clicks gets what is popular', async () => {
  const histories = Array.from({ length: 20 }, (_, i) => ['stove', items[i % 8]?.id ?? 'tent']);
  using recommender = await Recommender.fit(encoder, items, histories);
  expect(recommender.recommend([], { count: 1 })[0]?.id).toBe('stove');
});

test('few users do not make what they click on count against it', async () => {
  // Each click is asked for without itself in the counts, so that what few users click on looks unpopular.
  const histories = [
    ['tent', 'bag'],
    ['poems', 'diary'],
    ['tent', 'bag', 'diary'],
  ];
  const few = items.filter(({ id }) => histories.flat().includes(id));
  using recommender = await Recommender.fit(encoder, few, histories);
  const found = recommender.recommend([]);
  expect(found.map(({ id }) => id)).toEqual(['tent', 'bag', 'diary', 'poems']);
  for (const { popularity } of found) expect(popularity).toBeGreaterThanOrEqual(0);
});

test('a new item can be recommended at once', async () => {
  using recommender = await Recommender.fit(encoder, items, [['tent', 'bag']]);
  await recommender.add([{ id: 'sonnets', text: 'a book of sonnets and other poems' }]);
  expect(recommender.size).toBe(9);
  expect(recommender.recommend(['poems'], { count: 2 }).map(({ id }) => id)).toContain('sonnets');
});

test('the order of clicks and users means nothing', async () => {
  const histories = [
    ['tent', 'bag'],
    ['novel', 'poems'],
    ['poems', 'diary', 'tent'],
  ];
  using one = await Recommender.fit(encoder, items, histories);
  using other = await Recommender.fit(encoder, items, histories.toReversed());
  const ids = (recommender: Recommender, clicks: string[]) =>
    recommender.recommend(clicks).map(({ id }) => id);
  expect(ids(other, ['saw', 'novel'])).toEqual(ids(one, ['novel', 'saw']));
});

test('refuses ids that no item has, ids twice, and what is no item', async () => {
  using recommender = await Recommender.fit(encoder, items, []);
  expect(() => recommender.recommend(['tent', 'tent', 'hammer'])).toThrow(
    "Expected the id of an item for clicks[2] of Recommender.recommend but received string 'hammer'",
  );
  await expect(Recommender.fit(encoder, ['tent' as never], [])).rejects.toThrow(
    "Expected { id, text } for items[0] of Recommender.fit but received string 'tent'",
  );
  expect(() => recommender.recommend('tent' as never)).toThrow(ArgumentTypeError);
  expect(() => recommender.recommend([], { count: 0 })).toThrow(ArgumentRangeError);
  await expect(recommender.add([{ id: 'tent', text: 'x' }])).rejects.toThrow(ArgumentRangeError);
  await expect(Recommender.fit(encoder, [], [])).rejects.toThrow(ArgumentRangeError);
  await expect(Recommender.fit(encoder, items, [['hammer']])).rejects.toThrow(ArgumentRangeError);
  await expect(Recommender.fit(encoder, [{ id: 'a' } as never], [])).rejects.toThrow(
    ArgumentTypeError,
  );
  await expect(Recommender.fit({} as never, items, [])).rejects.toThrow(ArgumentTypeError);
  await expect(Recommender.fit(encoder, [{ id: 'a', text: '' }], [])).rejects.toThrow(
    'a text with something in it for items[0].text of Recommender.fit',
  );
  await expect(recommender.add([{ id: ' ', text: 'a saw' }])).rejects.toThrow(
    'a text with something in it for items[0].id of Recommender.add',
  );
});

test('frees its tensors', async () => {
  const before = await settledTensors();
  const recommender = await Recommender.fit(encoder, items, [['tent', 'bag']]);
  await recommender.add([{ id: 'axe', text: 'an axe' }]);
  recommender.dispose();
  expect(torch.memory().tensors).toBe(before);
  expect(() => recommender.recommend(['tent'])).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_DISPOSED' }),
  );
});

test('items that are changed while they are read are those of the call', async () => {
  const given = [...items.map((item) => ({ ...item }))];
  const fitting = Recommender.fit(encoder, given, []);
  given.length = 0;
  using recommender = await fitting;
  expect(recommender.size).toBe(items.length);
  const more = [{ id: 'pan', text: 'a pan for eggs' }];
  const adding = recommender.add(more);
  more[0] = { id: 'tent', text: 'another tent' };
  await adding;
  expect(recommender.recommend(['pan'], { count: 20 })).toHaveLength(items.length);
});
