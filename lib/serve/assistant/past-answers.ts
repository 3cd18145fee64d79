import { normalize } from '../../meta/metric/normalize';
import { Bm25 } from '../../text/retrieval/bm25';
import { reciprocalRankFusion } from '../../text/retrieval/rank-fusion';
import { type Tensor, torch } from '../../torch';
import { quantileOf } from '../../train/metrics/resample';
import type { PastAnswer } from './definition';

/** A past answer to a question like the one that was asked. */
export type RetrievedAnswer = {
  readonly question: string;
  readonly answer: string;
  /** The cosine of the questions' vectors. */
  readonly similarity: number;
};

/** Of each ranking so many are looked at. */
const CANDIDATES = 20;
/** Of fewer past questions nothing can be learned about how alike different ones are. */
const ENOUGH = 10;
const USUAL_SIMILARITY = 0.6;
/** So many past questions are less alike than this to all with another answer. */
const LESS_ALIKE = 0.95;

/** The vectors `[n, D]` of texts, the caller's to dispose of. */
export type Embed = (texts: readonly string[]) => Promise<Tensor>;

/**
 * Past answers by their questions. A question is looked up by its words (BM25) and by its vector, and the two
 * rankings become one by their reciprocal ranks.
 */
export class PastAnswers {
  readonly #embed: Embed;
  #answers: readonly PastAnswer[] = [];
  #index = new Bm25();
  /** `[n, D]`, of length 1. */
  #vectors: Tensor | undefined;
  #least = USUAL_SIMILARITY;

  constructor(embed: Embed) {
    this.#embed = embed;
  }

  get size(): number {
    return this.#answers.length;
  }

  /** Takes these answers in the place of all. */
  async replace(answers: readonly PastAnswer[]): Promise<void> {
    const vectors = await this.#vectorsOf(answers);
    this.#vectors?.dispose();
    this.#answers = answers;
    this.#index = new Bm25(answers.map(({ question }) => question));
    this.#vectors = vectors;
    this.#least = leastSimilarity(vectors, answers);
  }

  async add(answer: PastAnswer): Promise<void> {
    const added = await this.#vectorsOf([answer]);
    const before = this.#vectors;
    if (before === undefined || added === undefined) this.#vectors = added;
    else {
      this.#vectors = torch.cat([before, added]);
      before.dispose();
      added.dispose();
    }
    this.#answers = [...this.#answers, answer];
    this.#index.add(answer.question);
    this.#least = leastSimilarity(this.#vectors, this.#answers);
  }

  /** The best past answer to a question; undefined if none is to a question that is alike enough. */
  async find(question: string): Promise<RetrievedAnswer | undefined> {
    if (this.#vectors === undefined) return undefined;
    const vector = await this.#embed([question]);
    // Answers may have come or gone meanwhile.
    const stored = this.#vectors;
    if (stored === undefined) {
      vector.dispose();
      return undefined;
    }
    const cosines = torch.scope(() => {
      const products = normalize(vector).matmul(stored.mT).squeeze(0);
      return products.to('float64').tolist() as number[];
    });
    vector.dispose();
    const near = [...cosines.keys()]
      .sort((a, b) => (cosines[b] ?? 0) - (cosines[a] ?? 0))
      .slice(0, CANDIDATES);
    const worded = this.#index.search(question, CANDIDATES).map(({ index }) => index);
    for (const { index } of reciprocalRankFusion([near, worded])) {
      const [found, similarity] = [this.#answers[index], cosines[index] ?? 0];
      if (found === undefined || similarity < this.#least) continue;
      return { question: found.question, answer: found.answer, similarity };
    }
    return undefined;
  }

  dispose(): void {
    this.#vectors?.dispose();
    this.#vectors = undefined;
  }

  async #vectorsOf(answers: readonly PastAnswer[]): Promise<Tensor | undefined> {
    if (answers.length === 0) return undefined;
    const raw = await this.#embed(answers.map(({ question }) => question));
    try {
      return torch.scope(() => normalize(raw));
    } finally {
      raw.dispose();
    }
  }
}

/** The similarity that hardly any past question has with one that was answered otherwise. */
function leastSimilarity(vectors: Tensor | undefined, answers: readonly PastAnswer[]): number {
  if (vectors === undefined || answers.length < ENOUGH) return USUAL_SIMILARITY;
  const names = [...new Set(answers.map(({ answer }) => answer))];
  if (names.length < 2) return USUAL_SIMILARITY;
  const numbers = BigInt64Array.from(answers, ({ answer }) => BigInt(names.indexOf(answer)));
  const greatest = torch.scope(() => {
    const y = torch.tensor(numbers);
    const same = y.unsqueeze(1).eq(y.unsqueeze(0));
    const others = vectors.matmul(vectors.mT).maskedFill(same, -1).amax([1]);
    return others.to('float64').tolist() as number[];
  });
  return quantileOf(Float64Array.from(greatest).sort(), LESS_ALIKE);
}
