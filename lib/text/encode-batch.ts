import { array, checkOptions, integerFrom } from '../check';
import { invalidArgument, outOfRange } from '../errors';

const MAX_ID = 2 ** 31 - 1;
// A gigabyte of ids, and as much of mask.
const MOST_CELLS = 2 ** 28;

export interface EncodeBatchOptions {
  /** Keep only the first so many tokens of a text. Default: all of them. */
  maxLength?: number;
  /** The id that pads short rows. Default 0, the id of `<pad>`. */
  padId?: number;
}

/** Token ids of n texts as one matrix, rows of equal length L. */
export interface EncodedBatch {
  /** `[n, L]`, row-major. */
  ids: Int32Array;
  /** `[n, L]`, row-major: 1 where there is a token, 0 for padding. */
  mask: Float32Array;
  /** `[n, L]`. L is the longest row's length and at least 1. */
  shape: [number, number];
}

/**
 * Pads lists of token ids to one length. An empty text is a row of padding, and L is at least 1
 * even if every text is empty, so that a matrix of any batch can be embedded.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for a wrong option; ArgumentRangeError for an id that is
 * not a 32-bit integer.
 */
export function encodeBatch(
  idLists: readonly ArrayLike<number>[],
  options: EncodeBatchOptions = {},
): EncodedBatch {
  checkOptions(options, ['maxLength', 'padId'], 'encodeBatch');
  const { maxLength = Number.MAX_SAFE_INTEGER, padId = 0 } = options;
  integerFrom(1, maxLength, 'maxLength', 'encodeBatch');
  integerFrom(0, padId, 'padId', 'encodeBatch', MAX_ID);
  array(idLists, 'lists of ids', 'idLists', 'encodeBatch');
  for (const [i, list] of idLists.entries()) {
    if (Array.isArray(list) || ArrayBuffer.isView(list)) continue;
    throw invalidArgument('an array of ids', `idLists[${i}]`, list, 'encodeBatch');
  }
  let length = 1;
  for (const list of idLists) length = Math.max(length, Math.min(list.length, maxLength));
  const cells = idLists.length * length;
  if (cells > MOST_CELLS) {
    throw outOfRange(
      `at most ${MOST_CELLS} ids with their padding`,
      'idLists',
      cells,
      'encodeBatch',
    );
  }

  const ids = new Int32Array(idLists.length * length).fill(padId);
  const mask = new Float32Array(idLists.length * length);
  idLists.forEach((list, row) => {
    const start = row * length;
    const kept = Math.min(list.length, length);
    for (let i = 0; i < kept; i++) {
      const id = list[i];
      // An object would be asked for a number, and its code may do anything.
      if (typeof id === 'number') ids[start + i] = id;
      // What does not fit was wrapped or cut off.
      if (ids[start + i] !== id || typeof id !== 'number') {
        throw outOfRange('integers of 32 bits', 'ids', id);
      }
    }
    mask.fill(1, start, start + kept);
  });
  return { ids, mask, shape: [idLists.length, length] };
}
