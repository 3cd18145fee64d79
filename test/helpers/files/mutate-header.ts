import { TorchError } from '../../../lib/errors';
import { parseHeader } from '../../../lib/torch/files/safetensors-header';

/** A header of 25 bytes of data, to be altered. */
export const SAMPLE_HEADER: Uint8Array = Buffer.from(
  `${JSON.stringify({
    __metadata__: { k: 'v\n' },
    a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    'b.é': { dtype: 'BOOL', shape: [], data_offsets: [24, 25] },
  })}  `,
);
const DATA_LENGTH = 25;

const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"',
  '\\',
  '\\u',
  '0',
  '-1',
  '1e3',
  '9007199254740993',
  '99999999999999999999999',
  'null',
  '"dtype"',
  '"shape":[',
  '"__metadata__":{"a":"b"},',
  '\u0000',
  'é',
];

/** A header with one to four places changed: bytes set, removed, repeated, or tokens put in. */
export function mutateHeader(
  header: Uint8Array,
  next: (limit: number) => number,
  tokens: readonly string[] = TOKENS,
): Buffer {
  let bytes = Buffer.from(header);
  for (let count = 1 + next(4); count > 0; count--) {
    const at = next(bytes.length + 1);
    const until = Math.min(bytes.length, at + 1 + next(12));
    const parts = [
      () => [bytes.subarray(0, at), Buffer.of(next(256)), bytes.subarray(at + 1)],
      () => [bytes.subarray(0, at), bytes.subarray(until)],
      () => [bytes.subarray(0, until), bytes.subarray(at)],
      () => [
        bytes.subarray(0, at),
        Buffer.from(tokens[next(tokens.length)] ?? ''),
        bytes.subarray(at),
      ],
    ][next(4)];
    bytes = Buffer.concat(parts?.() ?? []);
  }
  return bytes;
}

/**
 * True if the header is read, and as `JSON.parse` reads it; false if it is refused as a wrong file.
 * Anything else is a mistake of ours, and thrown.
 */
export function readsOrRefuses(header: Uint8Array): boolean {
  let entries: ReturnType<typeof parseHeader>['entries'];
  try {
    entries = parseHeader(header, DATA_LENGTH, 'x.safetensors').entries;
  } catch (error) {
    if (error instanceof TorchError && error.code === 'ERR_TORCH_FILE') return false;
    throw error;
  }
  const { __metadata__, ...plain } = JSON.parse(Buffer.from(header).toString());
  for (const [name, { shape, data_offsets }] of Object.entries<Record<string, unknown>>(plain)) {
    const entry = entries.get(name);
    const same = { shape: entry?.shape, data_offsets: [entry?.begin, entry?.end] };
    if (JSON.stringify({ shape, data_offsets }) === JSON.stringify(same)) continue;
    throw new Error(`${name} was misread in ${Buffer.from(header).toString()}`);
  }
  if (Object.keys(plain).length === entries.size) return true;
  throw new Error(`Tensors were invented in ${Buffer.from(header).toString()}`);
}
