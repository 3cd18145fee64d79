import { type Tensor, torch } from '../../torch';

/** Token ids of texts, and where there are any: the input of `bert`. */
export type TokenIds = {
  /** `[…, n, L]`, int32 or int64; what padding is does not matter. */
  ids: Tensor;
  /** `[…, n, L]`: nonzero for tokens, 0 for padding. */
  mask: Tensor;
};

/** The number of texts, and L, that of the tokens of the longest. */
export type PaddedTexts = { readonly texts: number; readonly length: number };

/** Texts of similar length, which attend together. */
export type TextGroup = PaddedTexts & {
  /** Which tokens of the batch are theirs: the first, and how many. */
  readonly start: number;
  readonly tokens: number;
  /** Where its tokens belong in `[texts·L]`, int64; undefined where they fill it. */
  readonly places: Tensor | undefined;
  /** `[texts, L]`: true for tokens, false for padding; undefined where there is none. */
  readonly mask: Tensor | undefined;
};

/** The tokens of a batch of texts as the layers see them: packed `[N]`, or padded `[…, n, L]`. */
export type Tokens = {
  readonly ids: Tensor;
  /** Of each token, its place in its text, from 0; −1 for those without a place, see `packTexts`. */
  readonly positions: Tensor;
  readonly groups: readonly TextGroup[];
  /** Of packed texts in the groups' order, their numbers of tokens. */
  readonly lengths: readonly number[] | undefined;
  /** `[n]`, int64: where each text is among those of the groups; undefined where in its own place. */
  readonly order: Tensor | undefined;
};

/**
 * The longest text of a group has at most so many times the tokens of the shortest, and so many more:
 * beyond that, padding costs attention more than another group's operators do.
 */
const RATIO = 1.5;
const SLACK = 4;

/**
 * The tokens of texts, each a list of ids, side by side without padding; short texts come first.
 *
 * @param paddingId tokens of this id have no place, and those after them count on without them
 */
export function packTexts(
  texts: readonly Int32Array[],
  device = 'cpu',
  paddingId?: number,
): Tokens {
  const order = [...texts.keys()].sort((a, b) => lengthOf(texts, a) - lengthOf(texts, b));
  const total = texts.reduce((sum, ids) => sum + ids.length, 0);
  const ids = new Int32Array(total);
  const positions = new Int32Array(total);
  const moved = new BigInt64Array(texts.length);
  let at = 0;
  for (const [place, text] of order.entries()) {
    const own = texts[text] ?? [];
    moved[text] = BigInt(place);
    ids.set(own, at);
    let next = 0;
    for (const id of own) positions[at++] = id === paddingId ? -1 : next++;
  }
  const inOrder = order.every((text, place) => text === place);
  const lengths = order.map((text) => lengthOf(texts, text));
  return {
    ids: torch.tensor(ids, { device }),
    positions: torch.tensor(positions, { device }),
    groups: groupsOf(lengths, device),
    lengths,
    order: inOrder ? undefined : torch.tensor(moved, { device }),
  };
}

function lengthOf(texts: readonly Int32Array[], text: number): number {
  return texts[text]?.length ?? 0;
}

/** Groups of texts whose lengths rise; one without texts if there are none. */
function groupsOf(lengths: readonly number[], device: string): TextGroup[] {
  const groups: TextGroup[] = [];
  let start = 0;
  if (lengths.length === 0) return [groupOf([], 0, device)];
  for (let first = 0; first < lengths.length; ) {
    const most = (lengths[first] ?? 0) * RATIO + SLACK;
    const beyond = lengths.findIndex((length, i) => i > first && length > most);
    const own = lengths.slice(first, beyond < 0 ? lengths.length : beyond);
    const group = groupOf(own, start, device);
    groups.push(group);
    start += group.tokens;
    first += own.length;
  }
  return groups;
}

function groupOf(lengths: readonly number[], start: number, device: string): TextGroup {
  const length = Math.max(1, lengths.at(-1) ?? 1);
  const tokens = lengths.reduce((sum, own) => sum + own, 0);
  const group = { texts: lengths.length, length, start, tokens };
  if (tokens === length * lengths.length) return { ...group, places: undefined, mask: undefined };
  const places = new BigInt64Array(tokens);
  const mask = new Uint8Array(lengths.length * length);
  let at = 0;
  for (const [row, own] of lengths.entries()) {
    for (let i = 0; i < own; i++) places[at++] = BigInt(row * length + i);
    mask.fill(1, row * length, row * length + own);
  }
  return {
    ...group,
    places: torch.tensor(places, { device }),
    mask: torch.tensor(mask, { shape: [lengths.length, length], device }).ne(0),
  };
}

/** The tokens of a batch with their padding, for parameters of each task's own and inside `vmap`. */
export function paddedTexts({ ids, mask }: TokenIds, paddingId?: number): Tokens {
  const length = ids.size(-1);
  const texts = ids.numel() / Math.max(length, 1);
  const present = mask.ne(0);
  const positions = placesOf(ids, present, paddingId);
  const group = { texts, length, start: 0, tokens: texts * length, places: undefined };
  return {
    ids,
    positions,
    groups: [{ ...group, mask: present.reshape([texts, length]) }],
    lengths: undefined,
    order: undefined,
  };
}

function placesOf(ids: Tensor, present: Tensor, paddingId: number | undefined): Tensor {
  const before = (placed: Tensor) => placed.to('int64').cumsum(-1).sub(1).clampMin(0);
  if (paddingId === undefined) return before(present);
  const without = ids.eq(paddingId);
  return before(present.logicalAnd(without.logicalNot())).maskedFill(without, -1);
}

/** The ids of a batch as lists without padding, one a text. */
export function unpad({ ids, mask }: TokenIds): Int32Array[] {
  const all = ids.to('int32').to('cpu').contiguous().data();
  const kept = mask.ne(0).to('int32').to('cpu').contiguous().data();
  const length = Math.max(ids.size(-1), 1);
  return Array.from({ length: all.length / length }, (_, text) => {
    const own: number[] = [];
    for (let i = text * length; i < (text + 1) * length; i++) {
      if (kept[i] === 1) own.push(Number(all[i]));
    }
    return Int32Array.from(own);
  });
}

/** A group's tokens out of those of all, `[N, D]` or `[…, n, L, D]`, as `[texts, L, D]`; padding is 0. */
export function spread({ texts, length, places, start, tokens }: TextGroup, x: Tensor): Tensor {
  const size = x.size(-1);
  const rows = x.ndim === 2 ? x : x.reshape([-1, size]);
  const own = tokens === rows.size(0) ? rows : rows.narrow(0, start, tokens);
  if (places === undefined) return own.view([texts, length, size]);
  const empty = torch.zeros([texts * length, size], { dtype: x.dtype, device: x.device });
  // `empty` is known to this function alone, so it may be written to where nothing is recorded.
  const filled = torch.isGradEnabled()
    ? empty.indexCopy(0, places, own)
    : empty.indexCopy_(0, places, own);
  return filled.view([texts, length, size]);
}

/** The tokens alone, `[tokens, D]`, of a group's `[texts, L, D]`. */
export function gather({ places }: TextGroup, x: Tensor): Tensor {
  const rows = x.reshape([-1, x.size(-1)]);
  return places === undefined ? rows : rows.indexSelect(0, places);
}
