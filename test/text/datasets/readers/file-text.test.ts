import { isUtf8 } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { DataFileError } from '../../../../lib/text/datasets/readers/data-file-error';
import { fileText } from '../../../../lib/text/datasets/readers/file-text';
import { invalidUtf8, unfinishedUtf8 } from '../../../../lib/text/datasets/readers/invalid-utf8';
import { textLines } from '../../../../lib/text/datasets/readers/text-lines';
import { collect } from '../../../helpers/collect';
import { temporaryFolder } from '../../../helpers/folders';

const folder = temporaryFolder();

function file(content: string | Buffer): string {
  const path = join(folder(), 'file.txt');
  writeFileSync(path, content);
  return path;
}

async function textOf(content: string | Buffer, encoding?: string): Promise<string> {
  return (await collect(fileText(file(content), { encoding }))).join('');
}

/** Larger than what is read at once, of characters of one to four bytes that its pieces cut. */
const LONG = 'aé中😀\n'.repeat(60_000);

describe('fileText', () => {
  test.each([
    ['UTF-8', Buffer.from('é\n中')],
    ['UTF-8 with a byte order mark', Buffer.from('\ufeffé\n中')],
    ['UTF-16, little endian', Buffer.from('\ufeffé\n中', 'utf16le')],
    ['UTF-16, big endian', Buffer.from('\ufeffé\n中', 'utf16le').swap16()],
    ['gzip', gzipSync('é\n中')],
    ['gzip in two parts', Buffer.concat([gzipSync('é\n'), gzipSync('中')])],
  ])('reads %s', async (_, content) => {
    expect(await textOf(content)).toBe('é\n中');
  });

  test('reads characters that pieces of the file cut', async () => {
    expect(await textOf(LONG)).toBe(LONG);
    expect(await textOf(gzipSync(LONG))).toBe(LONG);
    expect(await textOf(Buffer.from(`\ufeff${LONG}`, 'utf16le'))).toBe(LONG);
  });

  test('reads another encoding when it is named, and an empty file', async () => {
    expect(await textOf(Buffer.from([0xe9]), 'latin1')).toBe('é');
    expect(await textOf('')).toBe('');
    expect(await textOf('\ufeff')).toBe('');
  });

  test('keeps a mark that is not at the start', async () => {
    expect(await textOf('a\ufeff')).toBe('a\ufeff');
  });

  test.each([
    ['a byte that begins no character', Buffer.from('ab\ncd\xff', 'latin1'), 2, 3, 'UTF-8', /0xff/],
    [
      'a character that the end cuts off',
      Buffer.from('ab\n\xe4\xb8', 'latin1'),
      2,
      1,
      'UTF-8',
      /0xe4/,
    ],
    ['a NUL character', 'abc\nd\0e', 2, 2, 'text', /a NUL character/],
    [
      'UTF-16 without a mark',
      Buffer.from('text', 'utf16le'),
      1,
      2,
      'text',
      /UTF-16 without a byte/,
    ],
  ])('refuses %s, and says where', async (_, content, line, column, expected, found) => {
    const failure = textOf(content);
    await expect(failure).rejects.toBeInstanceOf(DataFileError);
    await expect(failure).rejects.toMatchObject({ code: 'ERR_TORCH_FILE', line, column });
    await expect(failure).rejects.toThrow(`line ${line}, column ${column}: expected ${expected}`);
    await expect(failure).rejects.toThrow(found);
  });

  test('says where in pieces after the first', async () => {
    const content = Buffer.concat([Buffer.from(`${LONG}x`), Buffer.from([0xc0])]);
    await expect(textOf(content)).rejects.toMatchObject({ line: 60_001, column: 2 });
    await expect(textOf(gzipSync(content))).rejects.toMatchObject({ line: 60_001, column: 2 });
    await expect(textOf(`${LONG}xy\0`)).rejects.toMatchObject({ line: 60_001, column: 3 });
  });

  test('refuses UTF-32, damaged UTF-16 and a cut archive', async () => {
    const utf32 = Buffer.from([0xff, 0xfe, 0, 0, 65, 0, 0, 0]);
    await expect(textOf(utf32)).rejects.toThrow(
      'expected UTF-8 or UTF-16 but found the byte order mark of UTF-32',
    );
    const half = Buffer.from([0xff, 0xfe, 65, 0, 10, 0, 0, 0xd8, 65, 0]);
    await expect(textOf(half)).rejects.toThrow('expected utf-16le');
    await expect(textOf(gzipSync(LONG).subarray(0, -20))).rejects.toThrow(
      'expected a file but found',
    );
  });

  test('refuses what is not a regular file, without waiting for it', async () => {
    const pipe = join(folder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(collect(fileText(pipe))).rejects.toThrow('it is not a regular file but a pipe');
    mkdirSync(join(folder(), 'own'));
    await expect(collect(fileText(join(folder(), 'own')))).rejects.toThrow('but a folder');
    await expect(collect(fileText('/dev/null'))).rejects.toThrow('but a device');
    await expect(collect(fileText(join(folder(), 'none')))).rejects.toThrow('ENOENT');
  });

  test('ends with the reason of its signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(collect(fileText(file('a'), { signal }))).rejects.toThrow('enough');
  });
});

describe('UTF-8', () => {
  const bytes = fc.array(
    fc.oneof(
      fc.nat(255),
      fc.constantFrom(0x80, 0xbf, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0xa0, 0x9f, 0x8f),
    ),
    { maxLength: 6 },
  );

  test('is found valid exactly where Node.js finds it so', () => {
    fc.assert(
      fc.property(bytes, (list) => {
        const given = Uint8Array.from(list);
        const at = invalidUtf8(given);
        expect(at < 0).toBe(isUtf8(given));
        if (at >= 0) expect(isUtf8(given.subarray(0, at))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('can be cut where a character ends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (text, at) => {
        const all = Buffer.from(text);
        const start = all.subarray(0, at % (all.length + 1));
        const end = start.length - unfinishedUtf8(start);
        expect(isUtf8(start.subarray(0, end))).toBe(true);
        expect(isUtf8(all.subarray(end))).toBe(true);
      }),
    );
  });
});

describe('textLines', () => {
  const linesOf = (content: string, longest = 100) => collect(textLines(file(content), longest));

  test('ends lines at \\n and \\r\\n, and numbers them', async () => {
    expect(await linesOf('a\r\n\nb')).toEqual([
      { text: 'a', line: 1 },
      { text: '', line: 2 },
      { text: 'b', line: 3 },
    ]);
    expect(await linesOf('a\n')).toEqual([{ text: 'a', line: 1 }]);
    expect(await linesOf('')).toEqual([]);
  });

  test('refuses a line longer than its limit, however long, and names it', async () => {
    const expected =
      'line 2: expected at most 10 characters in a line (maxRecordLength) but found more';
    await expect(linesOf(`a\n${'b'.repeat(11)}\n`, 10)).rejects.toThrow(expected);
    await expect(linesOf(`a\n${'b'.repeat(2 ** 20)}`, 10)).rejects.toThrow(expected);
    expect(await linesOf(`${'b'.repeat(10)}\n`, 10)).toHaveLength(1);
  });
});
