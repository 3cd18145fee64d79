import { TorchError } from '../../errors';
import { type Dtype, itemSize } from '../dtype';
import { codeOf, MAX_HEADER_LENGTH, METADATA_KEY, PREFIX_LENGTH } from './safetensors-header';

/** A tensor to be written. */
export type Planned = {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
};

export type Layout = {
  /** The length of the header and the header itself. */
  readonly head: Buffer;
  /** The tensors' names in the order of the data. */
  readonly names: readonly string[];
  /** Bytes of data after the head. */
  readonly dataLength: number;
};

const ALIGNMENT = 8;
const SPACE = 0x20;

/**
 * Where everything of a file goes: tensors by falling width of their elements, then by name, after a
 * header that is padded with spaces, so that every tensor is aligned.
 *
 * @throws TorchError `ERR_TORCH_DTYPE` if the format has no such dtype, `ERR_TORCH_ARGUMENT` if the
 *   header would be longer than readers take
 */
export function planLayout(
  tensors: readonly Planned[],
  metadata: Readonly<Record<string, string>>,
): Layout {
  const ranked = tensors.map((tensor) => ({ ...tensor, ...storable(tensor) }));
  ranked.sort((a, b) => a.rank - b.rank || compareBytes(a.name, b.name));
  const members: string[] = [];
  const notes = Object.entries(metadata).sort(([a], [b]) => compareBytes(a, b));
  if (notes.length > 0) members.push(member(METADATA_KEY, Object.fromEntries(notes)));
  let end = 0;
  for (const { name, code, dtype, shape } of ranked) {
    const begin = end;
    end += shape.reduce((product, size) => product * size, itemSize(dtype));
    members.push(member(name, { dtype: code, shape, data_offsets: [begin, end] }));
  }
  const head = encodeHead(`{${members.join(',')}}`);
  return { head, names: ranked.map(({ name }) => name), dataLength: end };
}

function storable({ name, dtype }: Planned): { code: string; rank: number } {
  const found = codeOf(dtype);
  if (found !== undefined) return found;
  throw new TorchError(
    'ERR_TORCH_DTYPE',
    `Expected a dtype that safetensors files can hold for tensor ${JSON.stringify(name)} but received ${dtype}`,
  );
}

function encodeHead(text: string): Buffer {
  const json = Buffer.from(text);
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  if (length > MAX_HEADER_LENGTH) {
    throw new TorchError(
      'ERR_TORCH_ARGUMENT',
      `Expected names and metadata of at most ${MAX_HEADER_LENGTH} bytes but received ${length}`,
    );
  }
  const head = Buffer.alloc(PREFIX_LENGTH + length, SPACE);
  head.writeBigUInt64LE(BigInt(length));
  json.copy(head, PREFIX_LENGTH);
  return head;
}

function member(key: string, value: unknown): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
