import { abortSignal, type OptionsOf, optional, readOptions } from '../../../check';
import { greatest, smallest } from '../../../extremes';
import { normalize } from '../../../meta/metric/normalize';
import type { RatedText, SentenceEncoder } from '../../../text';
import { readWrittenTexts } from '../../../text/datasets/labeled-text';
import { requireEncoder } from '../../../text/encoders/require-encoder';
import { disposeTree, type Tensor, torch } from '../../../torch';
import {
  learnPrior,
  type Posterior,
  type Prior,
  posterior,
  ratingsOf,
  withLevel,
} from './learned-prior';
import { ratedTasks, ratedTexts } from './rated-texts';

const OPTIONS = {
  /** Stops the work; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
};

export type RatingOptions = OptionsOf<typeof OPTIONS>;

/** The rated text of the task that is most like what was asked about. */
export type RatedNeighbor = RatedText & { readonly similarity: number };

/** What a text would be rated. */
export type RatingPrediction = {
  /** Within the range of all ratings seen. */
  readonly rating: number;
  /** The ends of the interval in which 95 % of ratings are expected; not cut at that range. */
  readonly low: number;
  readonly high: number;
  /** Null without ratings of the task. */
  readonly nearest: RatedNeighbor | null;
};

/** The quantile of a normal distribution that leaves 2.5 % above. */
const Z = 1.96;

/**
 * Learns from rated texts of many tasks, such as domains or users, how to rate texts of a new task from a few ratings.
 * It holds tensors until `dispose`, or the end of a `using` block; the encoder must not be disposed of before.
 *
 *     using model = await RatingModel.fit(encoder, { books: [{ text: 'a masterpiece', rating: 5 }, …], films: […] });
 *     using predictor = await model.adapt([{ text: 'rude staff and cold food', rating: 1 }]);
 *     const [{ rating }] = await predictor.predict(['a lovely evening']);
 *
 * Ratings are linear in the encoder's vectors, with weights that tasks share in part: see `learnPrior`. A new task
 * starts from what they share, and its own ratings move it from there by ridge regression.
 */
export class RatingModel {
  readonly #encoder: SentenceEncoder;
  readonly #prior: Prior;
  readonly #range: Range;

  private constructor(encoder: SentenceEncoder, prior: Prior, range: Range) {
    this.#encoder = encoder;
    this.#prior = prior;
    this.#range = range;
  }

  /**
   * @param tasks for each task its rated texts; at most 4,096 in all
   * @throws ArgumentTypeError or ArgumentRangeError for other than two tasks or more of texts with finite numbers that
   *   are not all the same; the signal's reason once it is aborted
   */
  static async fit(
    encoder: SentenceEncoder,
    tasks: Readonly<Record<string, readonly RatedText[]>>,
    options: RatingOptions = {},
  ): Promise<RatingModel> {
    const operator = 'RatingModel.fit';
    requireEncoder(encoder, operator);
    const { signal } = readOptions(OPTIONS, options, operator);
    const { rows, tasks: numbers } = ratedTasks(tasks, operator);
    using vectors = await vectorsOf(encoder, rows, signal);
    const prior = torch.scope(() => learnPrior(withLevel(vectors), columnOf(rows), numbers));
    return new RatingModel(encoder, prior, rangeOf(rows));
  }

  /**
   * What rates texts of a new task. It is the caller's to dispose of, and outlives neither the model nor the encoder.
   *
   * @param examples some rated texts of the task; without any, it rates as the tasks that were learned from do
   * @throws ArgumentTypeError or ArgumentRangeError for what is not texts with finite numbers; TorchError
   *   `ERR_TORCH_DISPOSED` after `dispose`; the signal's reason once it is aborted
   */
  async adapt(
    examples: readonly RatedText[],
    options: RatingOptions = {},
  ): Promise<RatingPredictor> {
    const operator = 'RatingModel.adapt';
    const rows = ratedTexts(examples, 'examples', operator);
    const { signal } = readOptions(OPTIONS, options, operator);
    const x = await vectorsOf(this.#encoder, rows, signal);
    const known = torch.scope(() => posterior(this.#prior, withLevel(x), columnOf(rows)));
    const range = rangeOf(rows, this.#range);
    return new RatingPredictor({
      encoder: this.#encoder,
      prior: this.#prior,
      range,
      rows,
      x,
      known,
    });
  }

  /** Frees what was learned; the encoder stays. */
  dispose(): void {
    disposeTree(this.#prior);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

type Range = { readonly lowest: number; readonly highest: number };

type Adapted = {
  readonly encoder: SentenceEncoder;
  readonly prior: Prior;
  readonly range: Range;
  readonly rows: readonly RatedText[];
  /** `[r, D]`, of length 1. */
  readonly x: Tensor;
  readonly known: Posterior;
};

/** Rates texts of one task: see `RatingModel`. */
export class RatingPredictor {
  readonly #adapted: Adapted;

  /** @internal */
  constructor(adapted: Adapted) {
    this.#adapted = adapted;
  }

  /**
   * The prediction for each text, in order.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for what is not texts; TorchError `ERR_TORCH_DISPOSED` after
   *   `dispose`; the signal's reason once it is aborted
   */
  async predict(
    texts: readonly string[],
    options: RatingOptions = {},
  ): Promise<RatingPrediction[]> {
    const operator = 'RatingPredictor.predict';
    const read = readWrittenTexts(texts, 'texts', operator);
    const { signal } = readOptions(OPTIONS, options, operator);
    if (read.length === 0) return [];
    const { encoder, prior, known, x, range } = this.#adapted;
    using asked = await vectorsOf(
      encoder,
      read.map((text) => ({ text })),
      signal,
    );
    return torch.scope(() => {
      const { mean, variance } = ratingsOf(prior, known, withLevel(asked));
      const deviations = variance.sqrt().tolist() as number[];
      const similarities = asked.matmul(x.mT).tolist() as number[][];
      return (mean.tolist() as number[]).map((value, i) => {
        const half = Z * (deviations[i] ?? 0);
        return {
          rating: Math.min(Math.max(value, range.lowest), range.highest),
          low: value - half,
          high: value + half,
          nearest: this.#nearest(similarities[i] ?? []),
        };
      });
    });
  }

  #nearest(similarities: readonly number[]): RatedNeighbor | null {
    const similarity = greatest(similarities);
    const row = this.#adapted.rows[similarities.indexOf(similarity)];
    return row === undefined ? null : { ...row, similarity };
  }

  /** Frees what was learned of the task. */
  dispose(): void {
    disposeTree([this.#adapted.x, this.#adapted.known]);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function rangeOf(rows: readonly RatedText[], before?: Range): Range {
  const ratings = rows.map(({ rating }) => rating);
  return {
    lowest: smallest(ratings, before?.lowest),
    highest: greatest(ratings, before?.highest),
  };
}

function columnOf(rows: readonly RatedText[]): Tensor {
  const ratings = Float64Array.from(rows, ({ rating }) => rating);
  return torch.tensor(ratings, { dtype: 'float64', shape: [rows.length, 1] });
}

async function vectorsOf(
  encoder: SentenceEncoder,
  rows: readonly { readonly text: string }[],
  signal: AbortSignal | undefined,
): Promise<Tensor> {
  const texts = rows.map(({ text }) => text);
  return torch.replace(await encoder.encode(texts, signal ? { signal } : {}), normalize);
}
