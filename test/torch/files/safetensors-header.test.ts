import { isUtf8 } from 'node:buffer';
import { headerLength, parseHeader } from '../../../lib/torch/files/safetensors-header';
import { mutateHeader, readsOrRefuses, SAMPLE_HEADER } from '../../helpers/files/mutate-header';
import { safetensorsBytes } from '../../helpers/files/safetensors-bytes';
import { numbers } from '../../helpers/numbers';

const parse = (header: string | Uint8Array, dataLength: number) =>
  parseHeader(Buffer.from(header), dataLength, 'x.safetensors');

const entry = (dtype: string, shape: string, offsets: string): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

const one = entry('U8', '[1]', '[0,1]');

const refusal = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    expect(error).toMatchObject({
      name: 'TorchError',
      code: 'ERR_TORCH_FILE',
      path: 'x.safetensors',
    });
    const { message } = error as Error;
    expect(message).toMatch(
      /^x\.safetensors is not a valid safetensors file: expected .* but found /s,
    );
    return message;
  }
  throw new Error('Expected a refusal');
};

test('reads tensors in the order of the data, whatever the order of the header', () => {
  const header = `{"b":${entry('F32', '[2]', '[8,16]')}, "a":${entry('I64', '[]', '[0,8]')}} `;
  const { entries, metadata } = parse(header, 16);
  expect([...entries.values()]).toEqual([
    { name: 'a', code: 'I64', shape: [], begin: 0, end: 8 },
    { name: 'b', code: 'F32', shape: [2], begin: 8, end: 16 },
  ]);
  expect(metadata).toEqual({});
});

test('reads metadata, empty tensors anywhere, and a file of nothing', () => {
  const { entries, metadata } = parse(
    `{"__metadata__":{"format":"pt","":"é"},"z":${entry('F64', '[0,3]', '[2,2]')},"a":${entry('U8', '[2]', '[0,2]')}}`,
    2,
  );
  expect([...entries.keys()]).toEqual(['a', 'z']);
  expect(metadata).toEqual({ format: 'pt', '': 'é' });
  expect(parse('{}', 0).entries.size).toBe(0);
});

test('takes null for no metadata, as the format’s own reader does', () => {
  const { entries, metadata } = parse(`{"__metadata__": null ,"a":${one}}`, 1);
  expect([...entries.keys()]).toEqual(['a']);
  expect(metadata).toEqual({});
});

test('reads names that objects have of themselves', () => {
  const header = `{"__proto__":${entry('U8', '[]', '[0,1]')},"constructor":${entry('U8', '[]', '[1,2]')}}`;
  expect([...parse(header, 2).entries.keys()]).toEqual(['__proto__', 'constructor']);
});

test.each<[string, string, number, string]>([
  ['white space before the brace', ' {}', 0, "a header that starts with '{'"],
  ['an array', '[]', 0, "a header that starts with '{'"],
  ['no end', '{"a":', 0, "'{' at byte 5 of the header but found its end"],
  ['text after the end', '{} x', 0, 'nothing more at byte 3'],
  ['zeros after the end', '{}\0', 0, 'nothing more at byte 2'],
  ['a comma before the end', `{"a":${one},}`, 1, 'a string'],
  ['a name twice', `{"a":${one},"a":${one}}`, 1, 'each key once, not "a" again'],
  ['a name twice by an escape', `{"a":${one},"\\u0061":${one}}`, 1, 'each key once'],
  ['metadata twice', '{"__metadata__":{},"__metadata__":{}}', 0, 'each key once'],
  ['a key of metadata twice', '{"__metadata__":{"a":"1","a":"2"}}', 0, 'each key once'],
  ['metadata that is no object', '{"__metadata__":1}', 0, "'{'"],
  ['metadata that is nearly null', '{"__metadata__":nul}', 0, "'{'"],
  ['metadata of numbers', '{"__metadata__":{"a":1}}', 0, 'a string'],
  ['metadata of objects', '{"__metadata__":{"a":{}}}', 0, 'a string'],
  ['an unknown dtype', `{"a":${entry('F9', '[1]', '[0,1]')}}`, 1, 'one of the dtypes U64'],
  ['a dtype in small letters', `{"a":${entry('u8', '[1]', '[0,1]')}}`, 1, 'one of the dtypes'],
  ['an inherited name as dtype', `{"a":${entry('toString', '[1]', '[0,1]')}}`, 1, 'one of the'],
  ['no dtype', '{"a":{"shape":[1],"data_offsets":[0,1]}}', 1, 'dtype for tensor "a"'],
  ['no shape', '{"a":{"dtype":"U8","data_offsets":[0,1]}}', 1, 'shape for tensor "a"'],
  ['no offsets', '{"a":{"dtype":"U8","shape":[1]}}', 1, 'data_offsets for tensor "a"'],
  ['another key', `{"a":{"x":1,${one.slice(1)}}`, 1, 'dtype, shape and data_offsets'],
  ['dtype twice', `{"a":{"dtype":"U8",${one.slice(1)}}`, 1, 'each key once'],
  ['one offset', `{"a":${entry('U8', '[1]', '[0]')}}`, 1, 'data_offsets [begin, end]'],
  ['three offsets', `{"a":${entry('U8', '[1]', '[0,1,1]')}}`, 1, 'data_offsets [begin, end]'],
  ['begin after end', `{"a":${entry('U8', '[1]', '[1,0]')}}`, 1, 'begin <= end'],
  ['a negative offset', `{"a":${entry('U8', '[1]', '[-1,0]')}}`, 1, 'an integer in [0, 2^53)'],
  ['a negative size', `{"a":${entry('U8', '[-1]', '[0,1]')}}`, 1, 'an integer in [0, 2^53)'],
  ['a fraction as size', `{"a":${entry('U8', '[1.0]', '[0,1]')}}`, 1, "',' or ']'"],
  ['an exponent as size', `{"a":${entry('U8', '[1e0]', '[0,1]')}}`, 1, "',' or ']'"],
  ['a string as size', `{"a":${entry('U8', '["1"]', '[0,1]')}}`, 1, 'an integer'],
  [
    'a size that would be rounded',
    `{"a":${entry('U8', '[9007199254740993]', '[0,1]')}}`,
    1,
    'an integer',
  ],
  [
    'sizes that wrap around 2^64',
    `{"a":${entry('U8', '[4294967296,4294967296,1]', '[0,0]')}}`,
    0,
    'fewer than 2^53 bytes',
  ],
  [
    'sizes beyond before a zero',
    `{"a":${entry('U8', '[4503599627370496,4,0]', '[0,0]')}}`,
    0,
    'fewer than 2^53 bytes',
  ],
  [
    'sizes beyond after a zero',
    `{"a":${entry('F64', '[0,4503599627370496,4503599627370496]', '[0,0]')}}`,
    0,
    'fewer than 2^53 bytes',
  ],
  [
    'bytes that overflow by the element',
    `{"a":${entry('F64', '[4503599627370496]', '[0,0]')}}`,
    0,
    'fewer than 2^53 bytes',
  ],
  [
    'fewer bytes than the shape takes',
    `{"a":${entry('F32', '[2]', '[0,7]')}}`,
    7,
    '8 bytes of float32 with shape [2]',
  ],
  [
    'more bytes than the shape takes',
    `{"a":${entry('F32', '[2]', '[0,9]')}}`,
    9,
    '8 bytes of float32',
  ],
  ['bytes for an empty shape', `{"a":${entry('F32', '[0,5]', '[0,4]')}}`, 4, '0 bytes of float32'],
  [
    'an overlap',
    `{"a":${entry('U8', '[2]', '[0,2]')},"b":${entry('U8', '[2]', '[1,3]')}}`,
    3,
    'an overlap',
  ],
  ['the same bytes twice', `{"a":${one},"b":${one}}`, 1, 'an overlap'],
  ['a hole', `{"a":${one},"b":${entry('U8', '[1]', '[2,3]')}}`, 3, 'a hole'],
  ['a hole at the start', `{"a":${entry('U8', '[1]', '[1,2]')}}`, 2, 'a hole'],
  [
    'an empty tensor beyond the end',
    `{"a":${one},"b":${entry('U8', '[0]', '[9,9]')}}`,
    1,
    'a hole',
  ],
  ['data missing at the end', `{"a":${one}}`, 0, '1 bytes of data after the header but found 0'],
  ['data left at the end', `{"a":${one}}`, 2, '1 bytes of data after the header but found 2'],
  ['an unpaired surrogate', `{"\\ud800":${one}}`, 1, 'valid escapes'],
  ['single quotes', `{'a':${one}}`, 1, 'a string'],
])('refuses %s', (_, header, dataLength, expected) => {
  expect(refusal(() => parse(header, dataLength))).toContain(expected);
});

test('refuses a header that is not UTF-8', () => {
  const header = Buffer.from(`{"a?":${one}}`);
  header[3] = 0xff;
  expect(refusal(() => parse(header, 1))).toContain('UTF-8');
  expect(isUtf8(header)).toBe(false);
});

test('refuses a header that nests without end, in little memory', () => {
  const header = Buffer.concat([Buffer.from('{"a":'), Buffer.alloc(5_000_000, '[')]);
  expect(refusal(() => parse(header, 0))).toContain("'{'");
});

describe('the length of the header', () => {
  const length = (bytes: Uint8Array, fileSize = bytes.length) =>
    headerLength(bytes.subarray(0, 9), fileSize, 'x.safetensors');

  test('is that of the first eight bytes', () => {
    expect(length(safetensorsBytes('{}'))).toBe(2);
  });

  test('may be 100,000,000 and no more', () => {
    const bytes = safetensorsBytes('{');
    bytes.writeBigUInt64LE(100_000_000n);
    expect(length(bytes, 100_000_008)).toBe(100_000_000);
    expect(refusal(() => length(bytes, 100_000_007))).toContain('100000000 bytes');
    bytes.writeBigUInt64LE(100_000_001n);
    expect(refusal(() => length(bytes, 200_000_000))).toContain('at most 100000000 bytes');
    bytes.writeBigUInt64LE(2n ** 64n - 1n);
    expect(refusal(() => length(bytes))).toContain('18446744073709551615');
  });

  test.each([0, 1, 7])('is not in %i bytes', (size) => {
    expect(refusal(() => length(new Uint8Array(size)))).toContain('at least 8 bytes');
  });

  test('is not 0', () => {
    expect(refusal(() => length(new Uint8Array(8)))).toContain('an empty one');
  });

  // The lengths whose bytes are also the first of pickle and of a zip archive.
  test.each([0x80, 0x280, 0x480, 0x04034b50])('may be %i', (size) => {
    const bytes = safetensorsBytes('{');
    bytes.writeBigUInt64LE(BigInt(size));
    expect(length(bytes, size + 8)).toBe(size);
  });

  test.each([
    ['a zip archive', '504b030400000808000000000000', 'is a zip archive'],
    ['a long pickle', '80028a0a6cfc9c46f920', 'holds pickled Python objects'],
    ['a short pickle', '80044e2e', 'holds pickled Python objects'],
  ])('is not in %s', (_, hex, message) => {
    const bytes = Buffer.from(hex, 'hex');
    const action = () => length(bytes);
    expect(action).toThrow(message);
    expect(action).toThrow(/executes code.*safetensors\.torch\.save_file/);
    expect(action).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_FILE', path: 'x.safetensors' }),
    );
  });
});

/** Reads a header, in time of this process alone: others may hold the processor. */
function timed(header: Parameters<typeof readsOrRefuses>[0]) {
  const start = process.cpuUsage();
  const isRead = readsOrRefuses(header);
  const { user, system } = process.cpuUsage(start);
  return { isRead, ms: (user + system) / 1000 };
}

test('answers 2,000 altered headers with a header or a refusal, each within 50 ms', () => {
  const next = numbers(1);
  const counts = { read: 0, refused: 0 };
  for (let i = 0; i < 2000; i++) {
    const altered = mutateHeader(SAMPLE_HEADER, next);
    const first = timed(altered);
    // The garbage collector may have had its turn meanwhile: a header that is slow is slow again.
    const ms = first.ms < 50 ? first.ms : Math.min(timed(altered).ms, timed(altered).ms);
    expect(ms).toBeLessThan(50);
    counts[first.isRead ? 'read' : 'refused']++;
  }
  expect(counts.read).toBeGreaterThan(5);
  expect(counts.refused).toBeGreaterThan(1900);
});
