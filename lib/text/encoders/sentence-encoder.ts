import {
  abortSignal,
  callable,
  type OptionsOf,
  objectOf,
  optional,
  readOptions,
  readTexts,
  requireTexts,
  withMethods,
} from '../../check';
import { atOnce, inTurns } from '../../next-turn';
import { disposeTree, type Tensor, torch } from '../../torch';
import { lengthBatches } from '../length-batches';
import type { Vectorizer } from '../vectorizer';
import { type EncoderSpec, type TokenModel, withParams } from './token-model';

const OPTIONS = {
  /** Stops the encoding after the batch at hand; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
  /** Called after every batch with the number of texts that are done, and of all. */
  onProgress: optional<(done: number, texts: number) => void>(callable),
};

export type EncodeOptions = OptionsOf<typeof OPTIONS>;

/** Texts whose tokens are held at once. */
const CHUNK = 1024;
/** Few enough tokens for a processor's cache, and for a thread that has other things to do. */
const BATCH = { rows: 32, tokens: 2048 };

const modelOf = withMethods<TokenModel>('a token model', 'tokenize', 'embed');

/**
 * A pre-trained, frozen encoder: texts to vectors `[n, D]`. The tensors are its own until `dispose`, or
 * the end of a `using` block.
 *
 *     using encoder = text.useLite();
 *     const vectors = await encoder.encode(['where is my card?', 'my card is lost']);
 *
 * Texts are read in batches of similar length, and each different text once; memory does not grow with
 * the longest. What `encode` makes does not depend on how texts come together, up to rounding.
 */
export class SentenceEncoder implements Vectorizer<Tensor> {
  readonly #model: TokenModel;
  readonly #name: string;

  /** @throws ArgumentTypeError if `model` is not a token model */
  constructor(model: TokenModel, name: string = model?.name) {
    modelOf(model, 'model', 'SentenceEncoder');
    objectOf(model.params, 'parameters', 'SentenceEncoder');
    this.#model = model;
    this.#name = name;
  }

  /** What people call it, for example `all-MiniLM-L6-v2`. */
  get name(): string {
    return this.#name;
  }

  /** D: the size of a text's vector. */
  get dimensions(): number {
    return this.#model.dimensions;
  }

  /** The most tokens of a text that are read. */
  get maxLength(): number {
    return this.#model.maxLength;
  }

  /** sha256 in hex of all that decides what texts become: the key of whatever is made from vectors. */
  get fingerprint(): string {
    return this.#model.fingerprint;
  }

  /** How to build the encoder again, beside its parameters. */
  get spec(): EncoderSpec {
    return this.#model.spec;
  }

  /** The tensors that it computes with; they stay its own. */
  get params(): TokenModel['params'] {
    return this.#model.params;
  }

  /** What it is made of: its two steps as pure functions, for training. */
  get model(): TokenModel {
    return this.#model;
  }

  /**
   * This encoder on other parameters of the same structure, which are the new one's to dispose of.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for tensors that do not fit
   */
  withParams(params: TokenModel['params']): SentenceEncoder {
    return new SentenceEncoder(withParams(this.#model, params), this.#name);
  }

  /**
   * The vectors `[n, D]`, float32, of `n` texts, in their order. Other work gets its turn between
   * batches; what must never wait belongs in a worker thread.
   *
   * @throws ArgumentTypeError if `texts` is not an array of strings, or for a wrong option; the signal's
   *   reason once it is aborted
   */
  async encode(texts: readonly string[], options: EncodeOptions = {}): Promise<Tensor> {
    const { vectors } = await inTurns(this.#work(texts, options, 'encode'));
    return vectors;
  }

  /** As `encode`, before it returns. */
  encodeSync(texts: readonly string[], options: EncodeOptions = {}): Tensor {
    return atOnce(this.#work(texts, options, 'encodeSync')).vectors;
  }

  /** `encodeSync` and `knows` in one, for which each text is tokenized once. */
  readSync(texts: readonly string[]): ReadTexts {
    return atOnce(this.#work(texts, {}, 'readSync'));
  }

  /** As `encodeSync`: frozen vectors are features that episodes and learners take. */
  vectorize(texts: readonly string[]): Tensor {
    return this.encodeSync(texts);
  }

  /**
   * The number of tokens of each text, at most `maxLength`.
   *
   * @throws ArgumentTypeError if `texts` is not an array of strings
   */
  lengths(texts: readonly string[]): number[] {
    requireTexts(texts, 'texts', 'lengths');
    return texts.map((text) => this.#model.tokenize(text).length);
  }

  /**
   * For each text, whether it has a token that the encoder knows. The vector of a text without one says
   * nothing.
   *
   * @throws ArgumentTypeError if `texts` is not an array of strings
   */
  knows(texts: readonly string[]): boolean[] {
    requireTexts(texts, 'texts', 'knows');
    return texts.map((text) => this.#model.knows(this.#model.tokenize(text)));
  }

  /** Frees the parameters. */
  dispose(): void {
    disposeTree(this.#model.params);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Encodes chunk by chunk, and comes up for air after every batch. */
  *#work(
    texts: readonly string[],
    options: EncodeOptions,
    operator: string,
  ): Generator<void, ReadTexts> {
    const own = readTexts(texts, 'texts', operator);
    const { signal, onProgress } = readOptions(OPTIONS, options, operator);
    signal?.throwIfAborted();
    const vectors = torch.zeros([own.length, this.dimensions]);
    const known = new Array<boolean>(own.length).fill(false);
    let done = 0;
    try {
      for (let from = 0; from < own.length; from += CHUNK) {
        for (const batch of this.#batches(own.slice(from, from + CHUNK), from)) {
          this.#write(batch, vectors);
          for (const row of batch.known) known[row] = true;
          done += batch.rows.length;
          onProgress?.(done, own.length);
          yield;
          signal?.throwIfAborted();
        }
      }
      return { vectors, known };
    } catch (error) {
      vectors.dispose();
      throw error;
    }
  }

  #batches(texts: readonly string[], from: number): Batch[] {
    const rowsOf = new Map<string, number[]>();
    for (const [row, text] of texts.entries()) {
      const rows = rowsOf.get(text);
      if (rows === undefined) rowsOf.set(text, [from + row]);
      else rows.push(from + row);
    }
    const distinct = [...rowsOf].map(([text, rows]) => ({ ids: this.#model.tokenize(text), rows }));
    return lengthBatches(
      distinct.map(({ ids }) => ids.length),
      BATCH,
    ).map((batch) => {
      const members = batch.flatMap((i) => distinct[i] ?? []);
      return {
        ids: members.map(({ ids }) => ids),
        rows: members.flatMap(({ rows }) => rows),
        known: members.flatMap(({ ids, rows }) => (this.#model.knows(ids) ? rows : [])),
        sources: members.flatMap(({ rows }, source) => rows.map(() => source)),
      };
    });
  }

  #write({ ids, rows, sources }: Batch, vectors: Tensor): void {
    torch.scope(() =>
      torch.noGrad(() => {
        const embedded = this.#model.embed(this.#model.params, ids);
        const [from = 0] = rows;
        if (rows.every((row, i) => row === from + i && sources[i] === i)) {
          vectors.narrow(0, from, rows.length).copy_(embedded);
          return;
        }
        const index = (numbers: readonly number[]) =>
          torch.tensor(BigInt64Array.from(numbers, BigInt));
        vectors.indexCopy_(0, index(rows), embedded.indexSelect(0, index(sources)));
      }),
    );
  }
}

/**
 * Different texts of similar length, and the rows that they go to: row `rows[i]` gets text `sources[i]`.
 * `known` are the rows of texts with a token that the encoder knows.
 */
type Batch = { ids: Int32Array[]; rows: number[]; sources: number[]; known: number[] };

/** The vectors `[n, D]` of texts, and for each whether it has a token that the encoder knows. */
export type ReadTexts = { vectors: Tensor; known: boolean[] };
