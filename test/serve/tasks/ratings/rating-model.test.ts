import { ArgumentRangeError, ArgumentTypeError } from '../../../../lib/errors';
import { RatingModel } from '../../../../lib/serve';
import {
  loadEncoderSync,
  loadRatings,
  type RatedText,
  type SentenceEncoder,
} from '../../../../lib/text';
import { torch } from '../../../../lib/torch';
import { ratingScores } from '../../../../lib/train';
import { settledTensors } from '../../../helpers/garbage';

let encoder: SentenceEncoder;
let model: RatingModel;
const { gyms = [], trains = [], ...others } = loadRatings();
beforeAll(async () => {
  encoder = loadEncoderSync();
  model = await RatingModel.fit(encoder, others);
});
afterAll(() => {
  model.dispose();
  encoder.dispose();
});

test('reads 15 reviews of each of eight domains, three for each number of stars', () => {
  const domains = Object.values(loadRatings());
  expect(domains.map((own) => own.length)).toEqual(new Array(8).fill(15));
  for (const own of domains) {
    expect(own.map(({ rating }) => rating)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5]);
    expect(new Set(own.map(({ text }) => text)).size).toBe(15);
  }
});

test('rates a domain that it has not seen better than by the mean rating', async () => {
  using predictor = await model.adapt(gyms.filter((_, i) => i % 3 === 0));
  const asked = gyms.filter((_, i) => i % 3 !== 0);
  const found = await predictor.predict(asked.map(({ text }) => text));
  const right = asked.map(({ rating }) => rating);
  const { mae, spearman } = ratingScores(
    found.map(({ rating }) => rating),
    right,
  );
  const { mae: ofMean } = ratingScores(
    right.map(() => 3),
    right,
  );
  expect(mae).toBeLessThan(ofMean);
  expect(spearman).toBeGreaterThan(0);
});

test('a rated text moves the rating of one like it, and is named', async () => {
  const own: RatedText = { text: 'the sauna was closed again', rating: 1 };
  const ask = 'the sauna is closed once more';
  using before = await model.adapt([]);
  using after = await model.adapt([own, { text: 'the sauna is closed on Mondays', rating: 1 }]);
  const [first] = await before.predict([ask]);
  const [second] = await after.predict([ask]);
  expect(first?.nearest).toBeNull();
  expect(second?.nearest).toMatchObject(own);
  expect(second?.rating).toBeLessThan(first?.rating ?? 0);
  const width = (one?: { low: number; high: number }) => (one?.high ?? 0) - (one?.low ?? 0);
  expect(width(second)).toBeLessThan(width(first));
});

test('ratings stay within the range that was seen, which examples may widen', async () => {
  using usual = await model.adapt(trains.map((own) => ({ ...own, rating: own.rating + 10 })));
  const found = await usual.predict(trains.map(({ text }) => text));
  expect(Math.max(...found.map(({ rating }) => rating))).toBeLessThanOrEqual(15);
  expect(Math.max(...found.map(({ rating }) => rating))).toBeGreaterThan(8);
  expect(await usual.predict([])).toEqual([]);
});

test('frees what it made', async () => {
  const before = await settledTensors();
  {
    using own = await RatingModel.fit(encoder, { gyms, trains });
    using predictor = await own.adapt(gyms.slice(0, 2));
    await predictor.predict(['nice']);
  }
  expect(torch.memory().tensors).toBe(before);
});

test('refuses what no prior can be learned from', async () => {
  await expect(RatingModel.fit(encoder, { gyms })).rejects.toThrow('at least 2 tasks with ratings');
  await expect(RatingModel.fit(encoder, { gyms, trains: [] })).rejects.toThrow(ArgumentRangeError);
  const same = [{ text: 'a', rating: 3 }];
  await expect(RatingModel.fit(encoder, { a: same, b: same })).rejects.toThrow(
    'ratings that differ',
  );
  const wrong = [{ text: 'a', rating: Number.NaN }];
  await expect(RatingModel.fit(encoder, { gyms, wrong })).rejects.toThrow('a finite number');
  const many = Array.from({ length: 4100 }, (_, i) => ({ text: `text ${i}`, rating: i }));
  await expect(RatingModel.fit(encoder, { gyms, many })).rejects.toThrow('at most 4096 ratings');
  await expect(model.adapt([{ text: ' ', rating: 1 }])).rejects.toThrow(ArgumentRangeError);
  using predictor = await model.adapt([]);
  await expect(predictor.predict([''])).rejects.toThrow(ArgumentRangeError);
  await expect(predictor.predict(['a'], { signal: AbortSignal.abort('stop') })).rejects.toBe(
    'stop',
  );
  const stranger: SentenceEncoder = Object.create(null);
  await expect(RatingModel.fit(stranger, { gyms, trains })).rejects.toThrow(ArgumentTypeError);
});
