// Rates reviews of a domain from five of its ratings and those of seven others. `npm run example -- ratings`

import { meta, serve, text, torch, train } from '../lib';

const SHOTS = 5;
const DRAWS = 5;
const METHODS = [
  'meta-learned',
  'other domains alone',
  'ridge from scratch',
  'nearest example',
  'mean rating',
] as const;

type Method = (typeof METHODS)[number];
type Scores = Record<Method, { mae: number[]; spearman: number[] }>;

/** Ridge regression on the shots alone, with λ = 1 on vectors of length 1. */
async function fromScratch(
  encoder: text.SentenceEncoder,
  shots: readonly text.RatedText[],
  asked: readonly string[],
): Promise<number[]> {
  using vectors = await encoder.encode([...shots.map((own) => own.text), ...asked]);
  return torch.scope(() => {
    const rows = vectors.div(vectors.norm(2, [1], true));
    const x = rows.narrow(0, 0, shots.length);
    const level = shots.reduce((sum, { rating }) => sum + rating, 0) / shots.length;
    const y = torch.tensor(shots.map(({ rating }) => [rating - level]));
    const center = x.mean([0], true);
    const weights = meta.ridgeRegression(
      x.sub(center).unsqueeze(0),
      y.unsqueeze(0),
      torch.tensor(1),
    );
    const others = rows.narrow(0, shots.length, asked.length).sub(center);
    return (others.matmul(weights.squeeze(0)).squeeze(1).tolist() as number[]).map(
      (own) => own + level,
    );
  });
}

/** What all methods say of the texts of a domain that are not among the shots. */
async function predictions(
  encoder: text.SentenceEncoder,
  model: serve.RatingModel,
  shots: readonly text.RatedText[],
  asked: readonly string[],
): Promise<Record<Method, number[]>> {
  using adapted = await model.adapt(shots);
  using unadapted = await model.adapt([]);
  const found = await adapted.predict(asked);
  const level = shots.reduce((sum, { rating }) => sum + rating, 0) / shots.length;
  return {
    'meta-learned': found.map(({ rating }) => rating),
    'other domains alone': (await unadapted.predict(asked)).map(({ rating }) => rating),
    'ridge from scratch': await fromScratch(encoder, shots, asked),
    'nearest example': found.map(({ nearest }) => nearest?.rating ?? level),
    'mean rating': asked.map(() => level),
  };
}

export async function main(print: (line: string) => void = console.log): Promise<Scores> {
  using encoder = await text.loadEncoder();
  const domains = text.loadRatings();
  const empty = METHODS.map((method) => [method, { mae: [], spearman: [] }]);
  const scores: Scores = Object.fromEntries(empty);
  const random = torch.generator(1);
  for (const [domain, rows] of Object.entries(domains)) {
    const { [domain]: _, ...others } = domains;
    using model = await serve.RatingModel.fit(encoder, others);
    for (let draw = 0; draw < DRAWS; draw++) {
      const order = torch.scope(() =>
        (
          torch.randperm(rows.length, { generator: random, dtype: 'int64' }).tolist() as bigint[]
        ).map(Number),
      );
      const drawn = order.flatMap((place) => rows[place] ?? []);
      const asked = drawn.slice(SHOTS);
      const found = await predictions(
        encoder,
        model,
        drawn.slice(0, SHOTS),
        asked.map((own) => own.text),
      );
      for (const method of METHODS) {
        const { mae, spearman } = train.ratingScores(
          found[method],
          asked.map((own) => own.rating),
        );
        scores[method].mae.push(mae);
        // A rating that is the same for all texts ranks none before another.
        scores[method].spearman.push(spearman ?? 0);
      }
    }
  }
  print(
    `${Object.keys(domains).length} domains, each new in turn, ${SHOTS} ratings of it, ${DRAWS} draws:`,
  );
  print('                        mean error       rank correlation');
  for (const method of METHODS) {
    const [error, rank] = [
      train.estimate(scores[method].mae),
      train.estimate(scores[method].spearman),
    ];
    const show = ({ mean, halfWidth }: train.Estimate) =>
      `${mean.toFixed(2)} ± ${halfWidth.toFixed(2)}`;
    print(`  ${method.padEnd(20)}  ${show(error)}      ${show(rank)}`);
  }
  return scores;
}
