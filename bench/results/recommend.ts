import { normalize } from '../../lib/meta/metric/normalize';
import { type Item, Recommender } from '../../lib/serve';
import { indices } from '../../lib/serve/heads/features';
import { logistic } from '../../lib/serve/heads/logistic';
import { RandomSource } from '../../lib/text/random-source';
import { type Tensor, torch } from '../../lib/torch';
import { estimate, formatAccuracy, rankingScores } from '../../lib/train';
import { drawn, ENCODERS, readPart, wanted } from './data';
import { RememberingEncoder } from './remembering-encoder';
import { difference } from './scores';
import { type SimulatedUser, simulatedUsers } from './simulated-users';

const SEEDS = 5;
/** Items of each of CLINC150's 150 intents, and how many of them nobody has clicked on before. */
const [ITEMS, NEW] = [8, 2];
const [TRAINED, TESTED] = [300, 100];
const [SHOWN, FOUND] = [3, 10];
const METHODS = [
  'recommender',
  'popularity',
  'nearest items',
  'clicked together',
  'logistic regression of the user',
] as const;

type Method = (typeof METHODS)[number];
type Scores = { ndcg: number; recall: number; diversity: number };
type World = {
  items: readonly Item[];
  /** `[m, D]`, of length 1 */
  x: Tensor;
  histories: readonly (readonly number[])[];
  asked: readonly SimulatedUser[];
};

/**
 * Simulated users of CLINC150's questions: what 300 have clicked on teaches what goes together, and from 3 clicks of
 * each of 100 others the rest is to be found, among items that were clicked on before and among new ones. See
 * `simulatedUsers` for what is assumed of them.
 */
export async function recommendTable(names: readonly string[]): Promise<string[][]> {
  const head = ['encoder', 'items', 'method', 'NDCG at 10', 'recall at 10', 'diversity'];
  const lines = [[...head, 'gain in NDCG of the recommender']];
  for (const name of names) {
    using own = await ENCODERS[name]?.();
    if (own === undefined) continue;
    const encoder = new RememberingEncoder(own);
    await encoder.remember(readPart('clinc150/test').rows.map(({ text }) => text));
    for (const fresh of [false, true]) {
      if (!wanted('--items', fresh ? 'new' : 'known')) continue;
      const runs: Record<Method, Scores>[] = [];
      for (let seed = 0; seed < SEEDS; seed++) runs.push(await run(encoder, fresh, seed));
      for (const method of METHODS) {
        const of = (key: keyof Scores) => runs.map((found) => found[method][key]);
        const gain = runs.map((found) => found.recommender.ndcg - found[method].ndcg);
        const cells = (['ndcg', 'recall', 'diversity'] as const).map((key) =>
          formatAccuracy(estimate(of(key))),
        );
        lines.push([name, fresh ? 'new' : 'known', method, ...cells, difference(gain)]);
        console.error(lines.at(-1)?.join(' | '));
      }
    }
  }
  return lines;
}

/** The mean scores over users of one world. */
async function run(
  encoder: RememberingEncoder,
  fresh: boolean,
  seed: number,
): Promise<Record<Method, Scores>> {
  const rows = drawn(readPart('clinc150/test').rows, ITEMS, seed);
  const items = rows.map(({ text }, i) => ({ id: `${i}`, text }));
  const isNew = (item: number): boolean => fresh && item % ITEMS < NEW;
  const random = new RandomSource(1000 + seed);
  const { learned, asked } = simulatedUsers(
    rows.map(({ label }) => label),
    { learned: TRAINED, asked: TESTED, shown: SHOWN, isNew },
    random,
  );
  const known = items.filter((_, i) => !isNew(i));
  const histories = learned.map((clicks) => clicks.map(String));
  using recommender = await Recommender.fit(encoder, known, histories);
  await recommender.add(items.filter((_, i) => isNew(i)));
  using x = torch.scope(() => normalize(encoder.encodeSync(items.map(({ text }) => text))));
  const world = { items, x, histories: learned, asked };
  // What is equally good comes in any order.
  const order = random.shuffle([...items.keys()]);
  const candidates = order.filter((item) => !fresh || isNew(item));
  const found = METHODS.map((method) => {
    const rankings =
      method === 'recommender'
        ? asked.map(({ clicks }) =>
            recommender
              .recommend(clicks.map(String), { count: items.length })
              .map(({ id }) => Number(id)),
          )
        : ranked(world, method, candidates);
    return [method, meanScores(world, rankings, new Set(candidates))] as const;
  });
  return Object.fromEntries(found) as Record<Method, Scores>;
}

/** The candidates for each user, the best first. */
function ranked(world: World, method: Method, candidates: readonly number[]): number[][] {
  return world.asked.map(({ clicks }) => {
    const scores = torch.scope(() => scored(world, method, clicks));
    const others = candidates.filter((item) => !clicks.includes(item));
    return others.toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  });
}

function scored({ items, x, histories }: World, method: Method, clicks: readonly number[]) {
  const counts = new Array<number>(items.length).fill(0);
  for (const item of histories.flat()) counts[item] = (counts[item] ?? 0) + 1;
  if (method === 'popularity') return counts;
  if (method === 'clicked together') {
    const together = new Array<number>(items.length).fill(0);
    for (const history of histories) {
      for (const click of clicks.filter((own) => history.includes(own))) {
        for (const item of history)
          together[item] = (together[item] ?? 0) + 1 / (counts[click] ?? 1);
      }
    }
    return together.map((sum, item) => sum / Math.sqrt(Math.max(counts[item] ?? 0, 1)));
  }
  if (method === 'nearest items') {
    return x.matmul(x.indexSelect(0, indices(clicks)).mean([0])).tolist() as number[];
  }
  const y = indices([...items.keys()].map((item) => Number(clicks.includes(item))));
  const scores = logistic.scores(logistic.fit({ x, y, labels: 2 }), x);
  return scores.select(1, 1).sub(scores.select(1, 0)).tolist() as number[];
}

function meanScores(
  { x, asked }: World,
  rankings: readonly (readonly number[])[],
  candidates: ReadonlySet<number>,
): Scores {
  const all = asked.map(({ hidden }, user) => {
    const first = (rankings[user] ?? []).filter((item) => candidates.has(item)).slice(0, FOUND);
    const { ndcg, recall } = rankingScores(first, hidden, FOUND);
    const alike = torch.scope(() => {
      const own = x.indexSelect(0, indices(first));
      const cosines = own.matmul(own.mT);
      return Number(
        cosines
          .sum()
          .sub(first.length)
          .div(first.length * (first.length - 1))
          .item(),
      );
    });
    return { ndcg, recall, diversity: 1 - alike };
  });
  const mean = (key: keyof Scores) => estimate(all.map((one) => one[key])).mean;
  return { ndcg: mean('ndcg'), recall: mean('recall'), diversity: mean('diversity') };
}
