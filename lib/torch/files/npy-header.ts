import { ArgumentRangeError } from '../../errors';
import { byteLength, type Dtype } from '../dtype';
import type { ByteCursor } from './byte-cursor';
import { CONVERT_MODEL, type FileErrors, isPickle, isZip } from './file-errors';
import { descrOf, type NpyDtype, parseDescr, structured } from './npy-dtype';
import { PythonLiteral } from './npy-literal';

/**
 * The rules of numpy's npy format (https://numpy.org/neps/nep-0001-npy-format.html): a magic string,
 * a version, the length of a header, the header as the literal of a Python dictionary, the data.
 */

/** What the header of a file says; the data that follows has exactly its bytes. */
export type NpyHeader = NpyDtype & {
  /** Whether the first index changes fastest. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
};

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
const START_LENGTH = 8;
/** The longest header that numpy reads unless its caller vouches for the file. */
const MAX_HEADER_LENGTH = 10_000;
/** Bytes from the start of a file within which its header ends. */
export const MAX_HEAD_LENGTH = START_LENGTH + 4 + MAX_HEADER_LENGTH;
/** Dimensions that an array of numpy has at most. */
const MAX_NDIM = 64;
const ALIGNMENT = 64;
/** Digits for which numpy leaves room, so that the first dimension can grow in place. */
const GROWTH_DIGITS = 21;
const EXCERPT_LENGTH = 20;

/**
 * Reads the header at the start of a file.
 *
 * @throws TorchError `ERR_TORCH_FILE` if it breaks any rule of the format or what follows it has
 *   another length than it says
 */
export function readNpyHeader(file: ByteCursor, errors: FileErrors): NpyHeader {
  const start = file.take(Math.min(START_LENGTH, file.length));
  if (!MAGIC.equals(start.subarray(0, MAGIC.length))) throw otherFile(start, errors);
  const [major = 0, minor = 0] = start.subarray(MAGIC.length);
  if (start.length < START_LENGTH || major < 1 || major > 3 || minor !== 0) {
    throw errors.invalid('version 1.0, 2.0 or 3.0', `${major}.${minor}`);
  }
  const lengthBytes = major === 1 ? 2 : 4;
  const length = Buffer.from(file.take(lengthBytes)).readUIntLE(0, lengthBytes);
  if (length > MAX_HEADER_LENGTH) {
    throw errors.invalid(`a header of at most ${MAX_HEADER_LENGTH} bytes`, `${length} bytes`);
  }
  const text = Buffer.from(file.take(length)).toString(major === 3 ? 'utf8' : 'latin1');
  const header = parseHeader(text, major < 3, errors);
  checkLength(header, file.length - START_LENGTH - lengthBytes - length, errors);
  return header;
}

function otherFile(start: Uint8Array, errors: FileErrors): Error {
  if (isPickle(start)) return errors.pickle('holds pickled Python objects', CONVERT_MODEL);
  if (isZip(start)) {
    return errors.invalid('an array', 'a zip archive; .npz files are read by readNpz');
  }
  return errors.invalid(
    "a file that starts with '\\x93NUMPY'",
    excerpt(Buffer.from(start).toString('latin1'), 0),
  );
}

function parseHeader(text: string, allowsLong: boolean, errors: FileErrors): NpyHeader {
  const literal = new PythonLiteral(text, allowsLong, (expected, at) =>
    errors.invalid(`${expected} at offset ${at} of the header`, excerpt(text, at)),
  );
  let type: NpyDtype | undefined;
  let fortranOrder: boolean | undefined;
  let shape: number[] | undefined;
  literal.dictionary((key) => {
    if (key === 'descr') {
      if (literal.startsList()) throw structured(errors);
      type = parseDescr(literal.string(), errors);
    } else if (key === 'fortran_order') fortranOrder = literal.boolean();
    else if (key === 'shape') shape = literal.sizes();
    else throw errors.invalid('descr, fortran_order and shape', JSON.stringify(key));
  });
  if (type === undefined) throw errors.invalid('descr in the header', 'none');
  if (fortranOrder === undefined) throw errors.invalid('fortran_order in the header', 'none');
  if (shape === undefined) throw errors.invalid('shape in the header', 'none');
  return { ...(type as NpyDtype), fortranOrder, shape };
}

function excerpt(text: string, at: number): string {
  return at < text.length ? JSON.stringify(text.slice(at, at + EXCERPT_LENGTH)) : 'its end';
}

function checkLength({ dtype, shape }: NpyHeader, found: number, errors: FileErrors): void {
  if (shape.length > MAX_NDIM) {
    throw errors.invalid(`at most ${MAX_NDIM} dimensions`, `${shape.length}`);
  }
  const expected = byteLength(dtype, shape);
  if (expected === undefined) {
    throw errors.invalid('a shape of fewer than 2^53 bytes', 'a larger one');
  }
  if (expected !== found) {
    const what = `${expected} bytes of ${dtype} with shape [${shape.join(', ')}]`;
    throw errors.invalid(what, `${found} bytes`);
  }
}

/**
 * All that comes before the data of a row-major array, byte for byte as numpy writes it.
 *
 * @throws TorchError `ERR_TORCH_DTYPE` for bfloat16
 * @throws ArgumentRangeError for more dimensions than numpy takes
 */
export function npyHead(dtype: Dtype, shape: readonly number[]): Buffer {
  if (shape.length > MAX_NDIM) {
    throw new ArgumentRangeError(
      `Expected at most ${MAX_NDIM} dimensions, as numpy takes, but received ${shape.length}`,
    );
  }
  const [first] = shape;
  const sizes = shape.length === 1 ? `${first},` : shape.join(', ');
  const growth = first === undefined ? 0 : GROWTH_DIGITS - String(first).length;
  const text = `{'descr': '${descrOf(dtype)}', 'fortran_order': False, 'shape': (${sizes}), }${' '.repeat(growth)}`;
  const prefix = START_LENGTH + 2;
  // As in numpy, a header that would fit exactly is followed by a whole line of padding.
  const length = (Math.floor((prefix + text.length + 1) / ALIGNMENT) + 1) * ALIGNMENT;
  const head = Buffer.alloc(length, ' ');
  MAGIC.copy(head);
  head.writeUInt16LE(0x0001, MAGIC.length);
  head.writeUInt16LE(length - prefix, START_LENGTH);
  head.write(text, prefix, 'latin1');
  head[length - 1] = 0x0a;
  return head;
}
