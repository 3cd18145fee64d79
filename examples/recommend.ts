// Recommends questions to simulated users from three clicks, by what other users have clicked on.
// `npm run example -- recommend`

import { serve, text, torch, train } from '../lib';

const PERSONAS = 6;
const LIKED = 3;
const CLICKS = 8;
const SHOWN = 3;
/** Questions of each intent. */
const ITEMS = 8;
const [LEARNED, ASKED] = [120, 60];

const METHODS = ['recommender', 'nearest items', 'popularity'] as const;
type Method = (typeof METHODS)[number];

/** Users of six personas, each of whom likes questions of three intents that have nothing to do with each other. */
function usersOf(items: readonly { label: string }[], labels: readonly string[], count: number) {
  const random = torch.generator(1);
  const shuffled = <T>(values: readonly T[]): T[] =>
    torch.scope(() =>
      (
        torch.randperm(values.length, { generator: random, dtype: 'int64' }).tolist() as bigint[]
      ).flatMap((place) => values[Number(place)] ?? []),
    );
  const personas = Array.from({ length: PERSONAS }, () => shuffled(labels).slice(0, LIKED));
  return Array.from({ length: count }, (_, user) => {
    const liked = personas[user % PERSONAS] ?? [];
    const own = [...items.keys()].filter((item) => liked.includes(items[item]?.label ?? ''));
    return shuffled(own).slice(0, CLICKS).map(String);
  });
}

export async function main(
  print: (line: string) => void = console.log,
): Promise<Record<Method, number>> {
  using encoder = await text.loadEncoder();
  const intents = text.loadIntents();
  const rows = intents.classes.flatMap((label) =>
    intents
      .examples(label)
      .slice(0, ITEMS)
      .map((own) => ({ text: own, label })),
  );
  const items = rows.map((row, i) => ({ id: `${i}`, text: row.text }));
  const users = usersOf(rows, intents.classes, LEARNED + ASKED);
  const histories = users.slice(0, LEARNED);
  using learned = await serve.Recommender.fit(encoder, items, histories);
  // Without histories similar texts decide.
  using similar = await serve.Recommender.fit(encoder, items, []);

  const scores: Record<Method, number[]> = { recommender: [], 'nearest items': [], popularity: [] };
  for (const user of users.slice(LEARNED)) {
    const [shown, hidden] = [user.slice(0, SHOWN), user.slice(SHOWN)];
    const ids = (found: readonly serve.Recommendation[]): string[] => found.map(({ id }) => id);
    const popular = ids(learned.recommend([], { count: 10 + SHOWN }));
    const rankings = {
      recommender: ids(learned.recommend(shown)),
      'nearest items': ids(similar.recommend(shown)),
      popularity: popular.filter((id) => !shown.includes(id)),
    };
    for (const method of METHODS) {
      scores[method].push(train.rankingScores(rankings[method], hidden, 10).ndcg);
    }
  }
  print(
    `${items.length} questions, ${LEARNED} users to learn from, ${ASKED} others with ${SHOWN} clicks:`,
  );
  for (const method of METHODS) {
    print(
      `  ${method.padEnd(14)} NDCG at 10: ${train.formatAccuracy(train.estimate(scores[method]))} %`,
    );
  }
  const [found] = learned.recommend(users.at(-1)?.slice(0, SHOWN) ?? [], { count: 1 });
  print(`  «${found?.text}», because of`);
  for (const { text: own, contribution } of found?.because ?? []) {
    print(`    ${contribution.toFixed(2)}  ${own}`);
  }
  print(`    ${(found?.popularity ?? 0).toFixed(2)}  its popularity`);
  const mean = (method: Method): number => train.estimate(scores[method]).mean;
  return {
    recommender: mean('recommender'),
    'nearest items': mean('nearest items'),
    popularity: mean('popularity'),
  };
}
