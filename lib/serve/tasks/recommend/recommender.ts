import {
  abortSignal,
  array,
  type OptionsOf,
  optional,
  positiveInteger,
  readOptions,
  requireTexts,
  withDefault,
} from '../../../check';
import { invalidArgument, outOfRange } from '../../../errors';
import { normalize } from '../../../meta/metric/normalize';
import { writtenText } from '../../../text/datasets/labeled-text';
import { requireEncoder } from '../../../text/encoders/require-encoder';
import type { SentenceEncoder } from '../../../text/encoders/sentence-encoder';
import { disposeTree, type Tensor, torch } from '../../../torch';
import { indices } from '../../heads/features';
import { fitTaste, type Taste } from './fit-taste';

/** What can be recommended: a name of its own, and the text that describes it. */
export type Item = { readonly id: string; readonly text: string };

/** A click of the user, and how much of the score of an item comes from it. */
export type Reason = Item & { readonly contribution: number };

/** An item that the user may like. */
export type Recommendation = Item & {
  /** The greater, the better; scores of different users do not compare. */
  readonly score: number;
  /** How much of the score comes from what all users have clicked on. */
  readonly popularity: number;
  /** The user's clicks, those that speak most for the item first; their contributions and `popularity` sum to the score. */
  readonly because: readonly Reason[];
};

const FIT = {
  /** Stops the work; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
};
const REQUEST = {
  /** How many items, at most. Default: 10. */
  count: withDefault(positiveInteger, 10),
};

/**
 * Recommends items by their texts from a handful of clicks. What goes together is learned from other users, each of
 * them a task; a new user needs one click, a new item none. It holds tensors until `dispose`, or the end of a `using`
 * block; the encoder must not be disposed of before.
 *
 *     using recommender = await Recommender.fit(encoder, items, histories);
 *     for (const { text, because } of recommender.recommend(['item-7'])) console.log(text, because[0]?.text);
 */
export class Recommender {
  readonly #encoder: SentenceEncoder;
  readonly #items: Item[];
  readonly #places: Map<string, number>;
  /** How many users have clicked on each item: of equal scores the more popular item comes first. */
  readonly #clicks: number[];
  #x: Tensor;
  #taste: Taste;

  private constructor(
    encoder: SentenceEncoder,
    items: readonly Item[],
    users: readonly (readonly number[])[],
    x: Tensor,
  ) {
    this.#encoder = encoder;
    this.#items = [...items];
    this.#places = new Map(items.map(({ id }, place) => [id, place]));
    this.#clicks = items.map(() => 0);
    for (const item of users.flat()) this.#clicks[item] = (this.#clicks[item] ?? 0) + 1;
    this.#x = x;
    this.#taste = fitTaste(x, users);
  }

  /**
   * @param items what there is to recommend
   * @param histories for each of many users the ids of items that he or she has clicked on; a click counts once.
   *   Without any, items are recommended by the similarity of their texts alone
   * @throws ArgumentTypeError or ArgumentRangeError for wrong items, ids that two items share or that none has; the
   *   signal's reason once it is aborted
   */
  static async fit(
    encoder: SentenceEncoder,
    items: readonly Item[],
    histories: readonly (readonly string[])[],
    options: OptionsOf<typeof FIT> = {},
  ): Promise<Recommender> {
    const operator = 'Recommender.fit';
    requireEncoder(encoder, operator);
    const { signal } = readOptions(FIT, options, operator);
    const read = readItems(items, new Map(), operator);
    if (read.length === 0) {
      throw outOfRange('at least one item', `items of ${operator}`, items, operator);
    }
    const places = new Map(read.map(({ id }, place) => [id, place]));
    array(histories, 'lists of ids', 'histories', operator);
    const users = histories.map((ids, i) => placesOf(ids, places, `histories[${i}]`, operator));
    const x = await vectorsOf(encoder, read, signal);
    return new Recommender(encoder, read, users, x);
  }

  /** The number of items. */
  get size(): number {
    return this.#items.length;
  }

  /**
   * Adds items, which can be recommended at once: by their texts, since nobody has clicked on them.
   *
   * @throws as `fit`; nothing is added then
   */
  async add(items: readonly Item[], options: OptionsOf<typeof FIT> = {}): Promise<void> {
    const operator = 'Recommender.add';
    const { signal } = readOptions(FIT, options, operator);
    const read = readItems(items, this.#places, operator);
    if (read.length === 0) return;
    const more = await vectorsOf(this.#encoder, read, signal);
    // Others may have been added while these were read.
    readItems(read, this.#places, operator);
    const { weights, popularity } = this.#taste;
    const before = [this.#x, more, popularity];
    this.#x = torch.cat([this.#x, more]);
    const none = torch.zeros([read.length, 1]);
    this.#taste = { weights, popularity: torch.cat([popularity, none]) };
    disposeTree([...before, none]);
    for (const { id, text } of read) {
      this.#places.set(id, this.#items.length);
      this.#items.push({ id, text });
      this.#clicks.push(0);
    }
  }

  /**
   * The items that go best with those that a user has clicked on, the best first, without these. Without clicks they
   * are the most popular ones.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for ids that no item has, or a wrong option; TorchError
   *   `ERR_TORCH_DISPOSED` after `dispose`
   */
  recommend(clicks: readonly string[], options: OptionsOf<typeof REQUEST> = {}): Recommendation[] {
    const operator = 'Recommender.recommend';
    const { count } = readOptions(REQUEST, options, operator);
    const own = placesOf(clicks, this.#places, 'clicks', operator);
    const { scores, contributions, popularity } = this.#scored(own);
    const order = [...scores.keys()]
      .filter((item) => !own.includes(item))
      .sort((a, b) => this.#before(scores, a, b));
    return order.slice(0, count).flatMap((item) => {
      const found = this.#items[item];
      if (found === undefined) return [];
      const because = own.flatMap((click, i) => {
        const clicked = this.#items[click];
        const contribution = contributions[i]?.[item] ?? 0;
        return clicked === undefined ? [] : [{ ...clicked, contribution }];
      });
      because.sort((a, b) => b.contribution - a.contribution);
      return [{ ...found, score: scores[item] ?? 0, popularity: popularity[item] ?? 0, because }];
    });
  }

  /** The greater score first, then the more clicks, then the earlier item. */
  #before(scores: readonly number[], a: number, b: number): number {
    const byScore = (scores[b] ?? 0) - (scores[a] ?? 0);
    return byScore || (this.#clicks[b] ?? 0) - (this.#clicks[a] ?? 0) || a - b;
  }

  /** The scores of all items, and what each click and the popularity contribute to them. */
  #scored(clicks: readonly number[]) {
    return torch.scope(() => {
      const popularity = this.#taste.popularity.flatten();
      const own = popularity.tolist() as number[];
      if (clicks.length === 0) return { scores: own, contributions: [], popularity: own };
      const clicked = this.#x.indexSelect(0, indices(clicks));
      const parts = clicked.matmul(this.#taste.weights).matmul(this.#x.mT).div(clicks.length);
      return {
        scores: parts.sum([0]).add(popularity).tolist() as number[],
        contributions: parts.tolist() as number[][],
        popularity: own,
      };
    });
  }

  /** Frees what was learned and the items' vectors. */
  dispose(): void {
    disposeTree([this.#x, this.#taste.weights, this.#taste.popularity]);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

async function vectorsOf(
  encoder: SentenceEncoder,
  items: readonly Item[],
  signal: AbortSignal | undefined,
): Promise<Tensor> {
  const texts = items.map(({ text }) => text);
  const x = await encoder.encode(texts, signal ? { signal } : {});
  return torch.replace(x, normalize);
}

/** The items as they are now. @throws for what is none, and ids that are not their own */
function readItems(
  items: readonly Item[],
  known: ReadonlyMap<string, number>,
  operator: string,
): Item[] {
  array(items, 'items', 'items', operator);
  const seen = new Set(known.keys());
  return Array.from(items, (item, i) => {
    if (typeof item !== 'object' || item === null) {
      throw invalidArgument('{ id, text }', `items[${i}] of ${operator}`, item, operator);
    }
    const id = writtenText(item.id, `items[${i}].id`, operator);
    const text = writtenText(item.text, `items[${i}].text`, operator);
    if (seen.has(id))
      throw outOfRange('an id of its own', `items[${i}].id of ${operator}`, id, operator);
    seen.add(id);
    return { id, text };
  });
}

/** The places of items, each once, in the order of their ids. */
function placesOf(
  ids: readonly string[],
  places: ReadonlyMap<string, number>,
  name: string,
  operator: string,
): number[] {
  requireTexts(ids, name, operator);
  const found = ids.map((id, i) => {
    const place = places.get(id);
    if (place !== undefined) return place;
    throw outOfRange('the id of an item', `${name}[${i}] of ${operator}`, id, operator);
  });
  return [...new Set(found)];
}
