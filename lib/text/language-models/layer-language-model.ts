import { array, objectOf, requireTexts } from '../../check';
import type { Context, Layer } from '../../nn';
import { mapTree, type Tensor, type Tree, torch } from '../../torch';
import { encodeBatch } from '../encode-batch';
import { lengthBatches } from '../length-batches';
import { requireSameShapes } from '../same-shapes';
import type { TokenBatch } from '../token-vectorizer';
import { type LanguageModel, neverNext } from './language-model';
import type { LanguageWords } from './language-words';

/** Texts of a batch have at most so many words in all: logits are that times the vocabulary. */
const BATCH = { rows: 64, tokens: 2048 };

/**
 * A language model that is a layer: ids and mask `[n, L]` of texts and what stands before them to logits
 * `[n, L, V]` of what comes next. Its parameters are its own until `dispose`.
 */
export class LayerLanguageModel<P extends Tree = Tree> implements LanguageModel {
  readonly words: LanguageWords;
  readonly layer: Layer<P, TokenBatch>;
  readonly params: P;

  constructor(words: LanguageWords, layer: Layer<P, TokenBatch>, params: P) {
    this.words = words;
    this.layer = layer;
    this.params = objectOf(params, 'parameters', 'LayerLanguageModel');
  }

  /**
   * The model on other parameters, which are the new one's to dispose of.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for those of another model
   */
  withParams(params: P): LayerLanguageModel<P> {
    requireSameShapes(this.params, params, 'withParams');
    return new LayerLanguageModel(this.words, this.layer, params);
  }

  /**
   * −ln p of every word of texts, and of their ends, `[N]`, with gradients where they are recorded.
   *
   * @throws ArgumentTypeError if `texts` is not an array of strings
   */
  losses(params: P, texts: readonly string[], context?: Context): Tensor {
    objectOf(params, 'params', 'losses');
    requireTexts(texts, 'texts', 'losses');
    const sequences = texts.map((text) => this.words.sequenceOf(text));
    return torch.scope(() => {
      const logits = this.#logits(params, sequences, context);
      const next = sequences.flatMap((ids) => [...ids.subarray(1)]);
      const labels = torch.tensor(BigInt64Array.from(next, BigInt));
      return logits.logSoftmax(-1).gather(-1, labels.unsqueeze(-1)).squeeze(-1).neg();
    });
  }

  logProbabilities(texts: readonly string[]): Float64Array[] {
    requireTexts(texts, 'texts', 'logProbabilities');
    const lengths = texts.map((text) => this.words.idsOf(text).length + 1);
    const found: Float64Array[] = [];
    for (const rows of lengthBatches(lengths, BATCH)) {
      const values = torch.scope(() =>
        torch.noGrad(() =>
          this.losses(
            this.params,
            rows.map((row) => texts[row] ?? ''),
          )
            .neg()
            .to('float64')
            .data(),
        ),
      );
      let at = 0;
      for (const row of rows) {
        const end = at + (lengths[row] ?? 0);
        found[row] = Float64Array.from({ length: end - at }, (_, i) => Number(values[at + i]));
        at = end;
      }
    }
    return found;
  }

  distribution(history: readonly string[]): Float64Array {
    array(history, 'words', 'history', 'distribution');
    const { vocabulary, startId, endId } = this.words;
    // The last word is predicted, whatever it is.
    const ids = Int32Array.from([startId, ...vocabulary.encode(history), endId]);
    return torch.scope(() =>
      torch.noGrad(() => {
        const logits = this.#logits(this.params, [ids]).to('float64');
        return Float64Array.from(logits.select(0, -1).logSoftmax(-1).data(), Number);
      }),
    );
  }

  /** The logits of what follows each id but the last, `[N, V]`; −∞ for what is never next. */
  #logits(params: P, sequences: readonly Int32Array[], context?: Context): Tensor {
    const { ids, mask, shape } = encodeBatch(sequences.map((own) => own.subarray(0, -1)));
    const all = this.layer.apply(
      params,
      { ids: torch.tensor(ids, { shape }), mask: torch.tensor(mask, { shape }) },
      context,
    );
    const places: bigint[] = [];
    for (let i = 0; i < mask.length; i++) if (mask[i] === 1) places.push(BigInt(i));
    const never = torch.tensor(BigInt64Array.from(neverNext(this.words.vocabulary), BigInt));
    return all
      .flatten(0, 1)
      .indexSelect(0, torch.tensor(BigInt64Array.from(places)))
      .indexFill(1, never, -Infinity);
  }

  /** Frees the parameters. */
  dispose(): void {
    mapTree(([own]) => {
      own.dispose();
      return own;
    }, this.params);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
