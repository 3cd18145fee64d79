import { normalize } from '../../../meta/metric/normalize';
import { type SentenceEncoder, WordTokenizer } from '../../../text';
import { type Tensor, torch } from '../../../torch';
import type { HeadMap } from '../../heads/head-map';
import type { TextPair } from './text-pairs';

/** How texts are compared. */
export type Comparison = {
  encoder: SentenceEncoder;
  /** What meta-training has learned of the encoder's vectors, if there is something. */
  map: HeadMap | undefined;
  /** Whether it matters which text is the first. */
  ordered: boolean;
};

/** How much each part counts for the penalty of the regression: few numbers that say much beside many that say little. */
const [COSINE, OVERLAP, DIFFERENCE, PRODUCT] = [4, 2, 0.5, 4];

/**
 * Pairs as features `[n, 2·D + 4]`, or `[n, 3·D + 4]` where the order counts: the cosine of the two vectors, in the
 * encoder's space and in the meta-trained one; the shares of words and of runs of three characters that both have; and
 * |u − v| and u ∘ v (and u − v) of the vectors. Lili Mou et al.: Natural Language Inference by Tree-Based Convolution
 * and Heuristic Matching, ACL 2016. Returns them with the cosines `[n, 1]`.
 */
export async function comparedTexts(
  { encoder, map, ordered }: Comparison,
  pairs: readonly TextPair[],
  signal?: AbortSignal,
): Promise<{ x: Tensor; cosines: Tensor }> {
  // One call, so that a text of several pairs is read once.
  const texts = [...pairs.map(({ first }) => first), ...pairs.map(({ second }) => second)];
  using vectors = await encoder.encode(texts, signal ? { signal } : {});
  return torch.scope(() => {
    const [u, v] = halves(normalize(vectors));
    const cosines = u.mul(v).sum([1], true);
    const [mappedU, mappedV] = halves(
      map ? normalize(normalize(vectors).matmul(map.weights)) : normalize(vectors),
    );
    const parts = [
      cosines.mul(COSINE),
      mappedU.mul(mappedV).sum([1], true).mul(COSINE),
      torch.tensor(overlaps(pairs)).mul(OVERLAP),
      u.sub(v).abs().mul(DIFFERENCE),
      u.mul(v).mul(PRODUCT),
      ...(ordered ? [u.sub(v).mul(DIFFERENCE)] : []),
    ];
    return { x: torch.cat(parts, 1), cosines };
  });
}

function halves(rows: Tensor): [Tensor, Tensor] {
  const half = rows.size(0) / 2;
  return [rows.narrow(0, 0, half), rows.narrow(0, half, half)];
}

const tokenizer = new WordTokenizer();

/** `[n, 2]`: the shares of the words, and of runs of three characters, that both texts have. */
function overlaps(pairs: readonly TextPair[]): number[][] {
  return pairs.map(({ first, second }) => {
    const [a, b] = [tokenizer.tokenize(first), tokenizer.tokenize(second)];
    return [jaccard(a, b), jaccard(trigrams(a), trigrams(b))];
  });
}

function jaccard(a: readonly string[], b: readonly string[]): number {
  const [own, other] = [new Set(a), new Set(b)];
  const both = [...own].filter((one) => other.has(one)).length;
  return both === 0 ? 0 : both / (own.size + other.size - both);
}

function trigrams(words: readonly string[]): string[] {
  const characters = [...` ${words.join(' ')} `];
  return characters.slice(2).map((_, i) => characters.slice(i, i + 3).join(''));
}
