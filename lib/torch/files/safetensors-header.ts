import { isUtf8 } from 'node:buffer';
import type { TorchError } from '../../errors';
import { byteLength, type Dtype, isDtype } from '../dtype';
import { CONVERT_MODEL, FileErrors, isPickle, isZip } from './file-errors';
import { JsonScanner } from './json-scanner';

/**
 * The rules of the safetensors format (https://github.com/huggingface/safetensors, «Format»): eight
 * bytes with the length of a JSON header, least significant first, the header, and the data.
 */

/** One tensor of a file; `begin` and `end` are offsets into the data after the header. */
export type TensorEntry = {
  readonly name: string;
  /** The format's name of its dtype. */
  readonly code: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
};

export type Header = {
  /** By name, in the order of the data. */
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
};

/** Bytes before the header. */
export const PREFIX_LENGTH = 8;
/** The longest header that readers of the format take. */
export const MAX_HEADER_LENGTH = 100_000_000;
export const METADATA_KEY = '__metadata__';

const OPEN_BRACE = 0x7b;

// In the order in which writers lay out tensors: wider elements first, so that all stay aligned. The
// dtypes are libtorch's, some of which this library may lack.
const CODES: readonly (readonly [string, string])[] = [
  ['U64', 'uint64'],
  ['I64', 'int64'],
  ['F64', 'float64'],
  ['C64', 'complex64'],
  ['F32', 'float32'],
  ['U32', 'uint32'],
  ['I32', 'int32'],
  ['BF16', 'bfloat16'],
  ['F16', 'float16'],
  ['U16', 'uint16'],
  ['I16', 'int16'],
  ['F8_E4M3FNUZ', 'float8_e4m3fnuz'],
  ['F8_E5M2FNUZ', 'float8_e5m2fnuz'],
  ['F8_E8M0', 'float8_e8m0fnu'],
  ['F8_E4M3', 'float8_e4m3fn'],
  ['F8_E5M2', 'float8_e5m2'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
];

/** Bits of an element of the dtypes that libtorch lacks. */
const NARROW: ReadonlyMap<string, number> = new Map([
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
  ['F4', 4],
]);

const DTYPE_OF_CODE: ReadonlyMap<string, string> = new Map(CODES);
const CODE_OF_DTYPE: ReadonlyMap<string, { code: string; rank: number }> = new Map(
  CODES.map(([code, dtype], rank) => [dtype, { code, rank }]),
);

/** The format's name for a dtype and its place in the order of writing; undefined if it has none. */
export function codeOf(dtype: Dtype): { code: string; rank: number } | undefined {
  return CODE_OF_DTYPE.get(dtype);
}

/** The dtype that the format's name stands for; undefined if tensors of this library do not have it. */
export function dtypeOf(code: string): Dtype | undefined {
  const dtype = DTYPE_OF_CODE.get(code);
  return isDtype(dtype) ? dtype : undefined;
}

/** The error of a file that breaks a rule. */
export function refuse(path: string, expected: string, found: string): TorchError {
  return new FileErrors('safetensors', path).invalid(expected, found);
}

/**
 * The length of the header that follows the first bytes of a file.
 *
 * @param start the first nine bytes, or all if there are fewer
 * @throws TorchError `ERR_TORCH_FILE`
 */
export function headerLength(start: Uint8Array, fileSize: number, path: string): number {
  const found = `${fileSize} ${fileSize === 1 ? 'byte' : 'bytes'}`;
  const declared = start.length < PREFIX_LENGTH ? undefined : littleEndian(start);
  const hasHeader = declared !== undefined && declared <= MAX_HEADER_LENGTH;
  // Pickle's first bytes also begin valid lengths; only the brace after them tells the two apart.
  if (!hasHeader || start[PREFIX_LENGTH] !== OPEN_BRACE) refusePickle(start, path);
  if (declared === undefined) throw refuse(path, `at least ${PREFIX_LENGTH} bytes`, found);
  if (!hasHeader) {
    throw refuse(path, `a header of at most ${MAX_HEADER_LENGTH} bytes`, `${declared} bytes`);
  }
  const length = Number(declared);
  if (length === 0) throw refuse(path, "a header that starts with '{'", 'an empty one');
  if (PREFIX_LENGTH + length > fileSize) {
    throw refuse(path, `a header of ${length} bytes after the first ${PREFIX_LENGTH}`, found);
  }
  return length;
}

function littleEndian(bytes: Uint8Array): bigint {
  return Buffer.from(bytes.buffer, bytes.byteOffset, PREFIX_LENGTH).readBigUInt64LE();
}

function refusePickle(start: Uint8Array, path: string): void {
  const errors = new FileErrors('safetensors', path);
  if (isZip(start)) throw errors.pickle('is a zip archive, as torch.save writes', CONVERT_MODEL);
  if (isPickle(start)) throw errors.pickle('holds pickled Python objects', CONVERT_MODEL);
}

/**
 * Reads and checks a header.
 *
 * @param json the header's bytes
 * @param dataLength the bytes that follow it
 * @throws TorchError `ERR_TORCH_FILE` if it breaks any rule of the format
 */
export function parseHeader(json: Uint8Array, dataLength: number, path: string): Header {
  if (json[0] !== OPEN_BRACE) {
    throw refuse(path, "a header that starts with '{'", excerpt(json, 0));
  }
  if (!isUtf8(json)) throw refuse(path, 'a header in UTF-8', 'other bytes');
  const scanner = new JsonScanner(json, (expected, at) =>
    refuse(path, `${expected} at byte ${at} of the header`, excerpt(json, at)),
  );
  const entries: TensorEntry[] = [];
  let metadata: Record<string, string> = {};
  scanner.object((name) => {
    // Some writers put null where there are no notes.
    if (name === METADATA_KEY) metadata = scanner.skipsNull() ? {} : scanMetadata(scanner);
    else entries.push(scanEntry(scanner, name, path));
  });
  scanner.end();
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(entries, dataLength, path);
  return { entries: new Map(entries.map((entry) => [entry.name, entry])), metadata };
}

function excerpt(json: Uint8Array, at: number): string {
  if (at >= json.length) return 'its end';
  return JSON.stringify(Buffer.from(json.subarray(at, at + 20)).toString());
}

function scanMetadata(scanner: JsonScanner): Record<string, string> {
  const pairs: [string, string][] = [];
  scanner.object((key) => pairs.push([key, scanner.string()]));
  return Object.fromEntries(pairs);
}

function scanEntry(scanner: JsonScanner, name: string, path: string): TensorEntry {
  const shape: number[] = [];
  const offsets: number[] = [];
  const seen = new Set<string>();
  let code = '';
  scanner.object((key) => {
    seen.add(key);
    if (key === 'dtype') code = scanner.string();
    else if (key === 'shape') scanner.array(() => shape.push(scanner.integer()));
    else if (key === 'data_offsets') scanner.array(() => offsets.push(scanner.integer()));
    else throw refuse(path, `dtype, shape and data_offsets ${of(name)}`, JSON.stringify(key));
  });
  for (const key of ['dtype', 'shape', 'data_offsets']) {
    if (!seen.has(key)) throw refuse(path, `${key} ${of(name)}`, 'none');
  }
  if (!DTYPE_OF_CODE.has(code) && !NARROW.has(code)) {
    const known = CODES.map(([known]) => known).join(', ');
    throw refuse(path, `one of the dtypes ${known} ${of(name)}`, JSON.stringify(code));
  }
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length > 2 || begin > end) {
    const found = offsets.length > 2 ? `${offsets.length} offsets` : `[${offsets.join(', ')}]`;
    throw refuse(path, `data_offsets [begin, end] with begin <= end ${of(name)}`, found);
  }
  checkSize(name, code, shape, end - begin, path);
  return { name, code, shape, begin, end };
}

function of(name: string): string {
  return `for tensor ${JSON.stringify(name)}`;
}

function checkSize(
  name: string,
  code: string,
  shape: readonly number[],
  length: number,
  path: string,
): void {
  const dtype = dtypeOf(code);
  const bytes = dtype === undefined ? narrowLength(code, shape) : byteLength(dtype, shape);
  if (bytes === undefined) {
    throw refuse(path, `a shape of fewer than 2^53 bytes ${of(name)}`, 'a larger one');
  }
  if (bytes === length) return;
  const wanted = shape.length > 8 ? `${shape.length} dimensions` : `shape [${shape.join(', ')}]`;
  throw refuse(
    path,
    `${bytes} bytes of ${dtype ?? code} with ${wanted} ${of(name)}`,
    `${length} bytes`,
  );
}

/** Bytes of a tensor of elements of at most eight bits; a fraction if they do not fill whole bytes. */
function narrowLength(code: string, shape: readonly number[]): number | undefined {
  const elements = byteLength('uint8', shape);
  return elements === undefined ? undefined : (elements * (NARROW.get(code) ?? 8)) / 8;
}

function checkCoverage(entries: readonly TensorEntry[], dataLength: number, path: string): void {
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) {
      const kind = begin < covered ? 'an overlap' : 'a hole';
      throw refuse(path, `data from byte ${covered} ${of(name)}`, `${kind}: byte ${begin}`);
    }
    covered = end;
  }
  if (covered !== dataLength) {
    throw refuse(path, `${covered} bytes of data after the header`, `${dataLength} bytes`);
  }
}
