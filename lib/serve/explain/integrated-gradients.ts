import { normalize } from '../../meta/metric/normalize';
import type { SentenceEncoder, TokenModel } from '../../text';
import { mapTree, type Tensor, torch } from '../../torch';
import { HEADS } from '../heads';
import { indices } from '../heads/features';
import type { Scorer } from '../predict';
import type { TextWord } from './words';

/** What is asked of an encoder and a head. */
export type AttributionInput = {
  text: string;
  words: readonly TextWord[];
  /** The number of the label whose log-probability is explained. */
  label: number;
  steps: number;
};

/** How much each word adds to the log-probability of the label. */
export type Attribution = {
  words: number[];
  /** The same of tokens that belong to no word: special ones. */
  rest: number;
  /** The log-probability of the text, and of one whose words say nothing. */
  full: number;
  empty: number;
};

/** Where encoders have the vectors of their tokens; others cannot be explained so. */
const TABLES: readonly string[] = ['embeddings.words.weight', 'embedding'];
/** Tokens that are read at once. */
const MOST_TOKENS = 2048;

/**
 * How much each word adds to the log-probability of a label, by the gradients on the way from tokens without meaning,
 * of the vector 0, to the text:
 *
 *   aᵢ = xᵢ · ∫₀¹ ∂ log p(label | α x) / ∂ xᵢ dα,   Σ aᵢ = log p(label | x) − log p(label | 0)
 *
 * by the midpoint rule of `steps` points. Special tokens, which every text has, keep their vectors. Mukund Sundararajan,
 * Ankur Taly, Qiqi Yan: Axiomatic Attribution for Deep Networks, ICML 2017.
 *
 * @returns null for an encoder whose tokens have no table of vectors in float32, or whose tokens are not those of words
 */
export function integratedGradients(
  encoder: SentenceEncoder,
  scorer: Scorer,
  { text, words, label, steps }: AttributionInput,
): Attribution | null {
  const { model } = encoder;
  const ids = model.tokenize(text);
  const owners = ownersOf(model, ids, words);
  const found = tableOf(model);
  if (owners === null || found === null) return null;
  return torch.scope(() => {
    const rows = found.table.indexSelect(0, indices([...ids]));
    const moving = torch.tensor(owners.map((owner) => (owner < 0 ? 0 : 1))).unsqueeze(1);
    const at = (share: number): Tensor => rows.mul(moving.mul(share - 1).add(1));
    const logs = logProbability(model, found.path, scorer, label, ids.length);
    const slopes = gradientsAlong(at, logs, ids.length, steps);
    const each = slopes.mul(rows).mul(moving).sum([1]).to('float64').tolist() as number[];
    const sums = words.map(() => 0);
    let rest = 0;
    for (const [token, owner] of owners.entries()) {
      if (owner < 0) rest += each[token] ?? 0;
      else sums[owner] = (sums[owner] ?? 0) + (each[token] ?? 0);
    }
    const value = (share: number): number =>
      torch.noGrad(() => Number(logs(at(share)).to('float64').item()));
    return { words: sums, rest, full: value(1), empty: value(0) };
  });
}

function tableOf({ params }: TokenModel): { path: string; table: Tensor } | null {
  let found: { path: string; table: Tensor } | null = null;
  mapTree(([tensor], path) => {
    const fits = TABLES.includes(path) && tensor.ndim === 2 && tensor.dtype === 'float32';
    if (fits) found = { path, table: tensor };
    return tensor;
  }, params);
  return found;
}

/** The sum of log-probabilities of texts of `length` tokens each, as a function of the vectors of all their tokens. */
function logProbability(
  model: TokenModel,
  path: string,
  { fitted }: Scorer,
  label: number,
  length: number,
): (vectors: Tensor) => Tensor {
  return (vectors) => {
    const params = mapTree(([tensor], at) => (at === path ? vectors : tensor), model.params);
    const texts = Array.from({ length: vectors.size(0) / length }, (_, i) =>
      Int32Array.from({ length }, (_, token) => i * length + token),
    );
    const scores = HEADS[fitted.head].head.scores(
      fitted.state,
      normalize(model.embed(params, texts)),
    );
    return scores.mul(fitted.sharpness).logSoftmax(1).select(1, label).sum();
  };
}

/** The mean gradient `[L, E]` along the way. */
function gradientsAlong(
  at: (share: number) => Tensor,
  logs: (vectors: Tensor) => Tensor,
  length: number,
  steps: number,
): Tensor {
  const together = Math.max(1, Math.floor(MOST_TOKENS / length));
  const slope = torch.valueAndGrad(logs);
  let sum: Tensor | undefined;
  for (let from = 0; from < steps; from += together) {
    const count = Math.min(together, steps - from);
    const points = Array.from({ length: count }, (_, i) => at((from + i + 0.5) / steps));
    const { gradients } = slope(torch.cat(points));
    const part = gradients.view([count, length, -1]).sum([0]);
    sum = sum === undefined ? part : sum.add(part);
  }
  return (sum ?? at(0)).div(steps);
}

/**
 * For each token the place of its word; −1 for special ones. Null where the tokens of the text are not those of its
 * words one after the other.
 */
function ownersOf(model: TokenModel, ids: Int32Array, words: readonly TextWord[]): number[] | null {
  const bare = model.tokenize('');
  const parts = words.map(({ word }) => model.tokenize(word));
  for (const [before, after] of [
    [1, 1],
    [0, 0],
  ] as const) {
    if (bare.length < before + after && before > 0) continue;
    const inner = parts.flatMap((part, place) =>
      [...part.subarray(before, part.length - after)].map((id) => ({ id, place })),
    );
    const own = ids.subarray(before, ids.length - after);
    const same = own.length <= inner.length && own.every((id, i) => inner[i]?.id === id);
    const isWhole = own.length === inner.length || ids.length >= model.maxLength;
    if (!same || !isWhole || own.length === 0) continue;
    const ends = (count: number): number[] => Array<number>(count).fill(-1);
    return [...ends(before), ...inner.slice(0, own.length).map((one) => one.place), ...ends(after)];
  }
  return null;
}
