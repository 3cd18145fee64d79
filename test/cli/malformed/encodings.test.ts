import { gzipSync } from 'node:zlib';
import { type Malformed, malformedInputs } from '../../helpers/command-lines';

const ROWS = 'text,label\nmy card,card\n';
const packed = gzipSync(ROWS.repeat(2000));

/** Bytes of a file that `datasets sheet` refuses. */
const bytes = (
  name: string,
  content: Buffer,
  says: Malformed['says'],
  file = 'data.csv',
): Malformed => ({
  name,
  args: ['datasets', 'sheet', file],
  files: { [file]: content },
  says: [`Cannot read ${file}`, ...says],
});

const hex = (after: string, digits: string, rest = ',card\n') =>
  Buffer.concat([Buffer.from(after), Buffer.from(digits, 'hex'), Buffer.from(rest)]);
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const swapped = (text: string) => utf16(text).swap16();
const turned = (content: Buffer, at: number) => {
  const copy = Buffer.from(content);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
};

malformedInputs([
  bytes('UTF-16 without a mark', utf16(ROWS), ['line 1, column 2', 'NUL characters as of UTF-16']),
  bytes('UTF-16 of the other order without a mark', swapped(ROWS), [
    'line 1, column 1',
    'NUL characters as of UTF-16',
  ]),
  bytes('UTF-16 cut within a character', utf16(`\ufeff${ROWS}`).subarray(0, -1), ['utf-16le']),
  bytes('half of a surrogate pair in UTF-16', utf16('\ufefftext,label\n\ud83d,card\n'), [
    'utf-16le',
  ]),
  bytes('the other half of a pair in UTF-16', swapped('\ufefftext,label\n\ude00,card\n'), [
    'utf-16be',
  ]),
  bytes('UTF-16 with a mark and no text column', utf16('\ufefftxt,label\na,b\n'), [
    'line 1',
    "'text' or",
  ]),
  bytes('UTF-16 with a ragged row', swapped(`\ufeff${ROWS}rain\n`), ['line 3', '2 columns']),
  bytes('UTF-32', Buffer.from('fffe000074000000', 'hex'), ['byte order mark of UTF-32']),
  bytes('UTF-32 of the other order', Buffer.from('0000feff00000074', 'hex'), ['UTF-32']),
  bytes('a NUL in a text', Buffer.from(`${ROWS}ra\0in,weather\n`), ['line 3, column 3', 'a NUL']),
  bytes('a NUL in the header', Buffer.from('te\0xt,label\na,b\n'), ['line 1, column 3', 'a NUL']),
  bytes('zeros where a crash left no content', Buffer.alloc(4096), ['line 1, column 1', 'NUL']),
  bytes('Latin 1', hex(`${ROWS}caf`, 'e9'), ['line 3, column 4', 'UTF-8', 'the byte 0xe9']),
  bytes('Windows 1252', hex(`${ROWS}don`, '92'), ['line 3, column 4', 'the byte 0x92']),
  bytes('Big5', hex('text,label\n', 'a4a4a4e5'), ['line 2, column 1', 'the byte 0xa4']),
  bytes('Shift JIS', hex('text,label\n', '93fa967b'), ['line 2, column 1', 'the byte 0x93']),
  bytes('half of a surrogate pair in UTF-8', hex('text,label\n', 'eda0bd'), ['line 2', '0xed']),
  bytes('an overlong slash', hex('text,label\n', 'c0af'), ['line 2, column 1', '0xc0']),
  bytes('a code point beyond Unicode', hex('text,label\n', 'f4908080'), ['line 2', '0xf4']),
  bytes('the byte 0xff', hex('text,label\nab', 'ff'), ['line 2, column 3', '0xff']),
  bytes('a character that the end cuts off', hex(ROWS, 'e28082', '').subarray(0, -1), [
    'line 3, column 1',
    'UTF-8',
  ]),
  bytes('a bad byte after many lines', hex(`text,label\n${'a,b\n'.repeat(90_000)}`, 'ff'), [
    'line 90002, column 1',
    '0xff',
  ]),
  bytes(
    'gzip cut off',
    packed.subarray(0, packed.length / 2),
    ['unexpected end of file'],
    'data.csv.gz',
  ),
  bytes('gzip without its checksum', packed.subarray(0, -8), ['unexpected end'], 'data.csv.gz'),
  bytes('gzip of its first bytes alone', packed.subarray(0, 5), ['unexpected end'], 'data.csv.gz'),
  bytes(
    'gzip with a changed byte',
    turned(packed, packed.length >> 1),
    ['a file but found'],
    'data.csv.gz',
  ),
  bytes(
    'gzip with a changed checksum',
    turned(packed, packed.length - 6),
    ['incorrect data check'],
    'data.csv.gz',
  ),
  bytes(
    'gzip with words after its end',
    Buffer.concat([packed, Buffer.from('x,y\n')]),
    [],
    'data.csv.gz',
  ),
  bytes('gzip of nothing', gzipSync(''), ['an empty file'], 'data.csv.gz'),
  bytes('gzip of Latin 1', gzipSync(hex(ROWS, 'e9')), ['line 3, column 1', '0xe9'], 'data.csv.gz'),
  bytes(
    'gzip of a ragged table',
    gzipSync(`${ROWS}rain\n`),
    ['line 3', '2 columns'],
    'data.csv.gz',
  ),
  bytes('gzip of gzip', gzipSync(packed), ['line 1', 'UTF-8', '0x8b'], 'data.csv.gz'),
  bytes('a zip archive', Buffer.from('504b0304140000000800', 'hex'), [], 'data.csv'),
  bytes('an image', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), ['line 1', '0x89']),
  bytes(
    'a line of 10 MB in gzip',
    gzipSync(`${ROWS}${'x'.repeat(1e7)},a\n`),
    ['line 3', 'at most'],
    'data.csv.gz',
  ),
]);
