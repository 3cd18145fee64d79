import { invalidArgument } from '../../../errors';
import { nextTurn } from '../../../next-turn';
import { type Tensor, torch } from '../../../torch';
import { encodeBatch } from '../../encode-batch';
import type { SentenceEncoder } from '../../encoders/sentence-encoder';
import type { TokenModel } from '../../encoders/token-model';
import type { TokenVectors } from '../../encoders/token-states';
import { lengthBatches } from '../../length-batches';

const BATCH = { rows: 32, tokens: 2048 };

/** What the encoder reads at once. */
type Piece = {
  readonly ids: readonly number[];
  /** For each id the place of its word among all words; −1 for special tokens. */
  readonly words: readonly number[];
};

/**
 * What an encoder makes of each word in its sentence: the means of the vectors of its tokens, `[words, H]`, all
 * words of the first sentence, then those of the second, and so on. A sentence that is longer than the encoder
 * reads is cut into parts, which do not see each other; of a word that is longer than that, the beginning is
 * read. Other work gets its turn between batches.
 *
 * @throws ArgumentTypeError for an encoder that has no vectors of tokens; the signal's reason
 */
export async function wordStates(
  encoder: SentenceEncoder,
  sentences: readonly (readonly string[])[],
  signal?: AbortSignal,
): Promise<Tensor> {
  const { model } = encoder;
  const { vectors } = model;
  if (vectors === undefined) {
    const expected = 'an encoder that reads words in their sentence, such as use-lite or BERT,';
    throw invalidArgument(expected, 'encoder of wordStates', model.name, 'wordStates');
  }
  const pieces = piecesOf(model, vectors, sentences);
  const means: Tensor[] = [];
  const places: number[] = [];
  for (const batch of lengthBatches(
    pieces.map(({ ids }) => ids.length),
    BATCH,
  )) {
    signal?.throwIfAborted();
    const own = batch.flatMap((i) => pieces[i] ?? []);
    means.push(meansOf(model, vectors, own));
    for (const { words } of own)
      for (const word of new Set(words)) if (word >= 0) places.push(word);
    await nextTurn();
  }
  if (means.length === 0) return torch.zeros([0, 0]);
  return torch.replace(means, (all) => {
    const rows = torch.cat(all);
    return rows.indexCopy(0, torch.tensor(BigInt64Array.from(places, BigInt)), rows);
  });
}

/** How many tokens stand before every text, beside special ones: those of its prompt, if the encoder has one. */
function promptOf(model: TokenModel, isSpecial: (id: number) => boolean): number {
  const [bare, one] = ['', 'a'].map((text) =>
    [...model.tokenize(text)].filter((id) => !isSpecial(id)),
  );
  if (bare === undefined || one === undefined || bare.length >= one.length) return 0;
  return bare.every((id, i) => id === one[i]) ? bare.length : 0;
}

/** The tokens of all sentences, in pieces that the encoder can read. */
function piecesOf(
  model: TokenModel,
  { specials }: TokenVectors,
  sentences: readonly (readonly string[])[],
): Piece[] {
  const isSpecial = (id: number): boolean => specials.includes(id);
  const around = [...model.tokenize('a')];
  const first = around.findIndex((id) => !isSpecial(id));
  const prompt = promptOf(model, isSpecial);
  const before = around.slice(0, first + prompt);
  const after = around.slice(first).filter(isSpecial);
  const room = model.maxLength - before.length - after.length;
  const known = new Map<string, number[]>();
  const idsOf = (word: string): number[] => {
    let ids = known.get(word);
    if (ids === undefined) {
      const all = [...model.tokenize(word)].filter((id) => !isSpecial(id));
      const own = all.slice(prompt, prompt + room);
      // A word of characters that a tokenizer drops still has a place in its sentence.
      ids = own.length > 0 ? own : [after[0] ?? 0];
      known.set(word, ids);
    }
    return ids;
  };
  let word = 0;
  return sentences.flatMap((sentence) => {
    const pieces: { ids: number[]; words: number[] }[] = [];
    for (const own of sentence.map(idsOf)) {
      let last = pieces.at(-1);
      if (last === undefined || last.ids.length + own.length > before.length + room) {
        last = { ids: [...before], words: before.map(() => -1) };
        pieces.push(last);
      }
      for (const id of own) {
        last.ids.push(id);
        last.words.push(word);
      }
      word++;
    }
    return pieces.map(({ ids, words }) => ({
      ids: [...ids, ...after],
      words: [...words, ...after.map(() => -1)],
    }));
  });
}

/** The means `[w, H]` of the tokens of each word of some pieces, in their order. */
function meansOf(model: TokenModel, vectors: TokenVectors, pieces: readonly Piece[]): Tensor {
  const { ids, mask, shape } = encodeBatch(pieces.map((piece) => piece.ids));
  const tokens: bigint[] = [];
  const owners: bigint[] = [];
  const rows = new Map<number, number>();
  for (const [row, { words }] of pieces.entries()) {
    for (const [i, word] of words.entries()) {
      if (word < 0) continue;
      if (!rows.has(word)) rows.set(word, rows.size);
      tokens.push(BigInt(row * shape[1] + i));
      owners.push(BigInt(rows.get(word) ?? 0));
    }
  }
  return torch.scope(() =>
    torch.noGrad(() => {
      const batch = { ids: torch.tensor(ids, { shape }), mask: torch.tensor(mask, { shape }) };
      const states = vectors.hidden(model.params, batch).flatten(0, 1);
      const owner = torch.tensor(BigInt64Array.from(owners));
      const read = states.indexSelect(0, torch.tensor(BigInt64Array.from(tokens)));
      const counts = torch.zeros([rows.size, 1]).indexAdd(0, owner, torch.ones([owners.length, 1]));
      return torch
        .zeros([rows.size, read.size(1)])
        .indexAdd(0, owner, read)
        .div(counts);
    }),
  );
}
