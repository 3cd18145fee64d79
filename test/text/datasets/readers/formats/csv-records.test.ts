import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import {
  DataFileError,
  refusalsOf,
} from '../../../../../lib/text/datasets/readers/data-file-error';
import { csvRecords } from '../../../../../lib/text/datasets/readers/formats/csv-records';
import { collect } from '../../../../helpers/collect';

async function* inPieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

function recordsOf(text: string, size = text.length + 1, longest = 1000) {
  const form = { delimiter: ',', quote: '"', longest };
  return collect(csvRecords(inPieces(text, size), form, refusalsOf('file')));
}

/** What csv-parse makes of it; undefined where it refuses. */
function peer(text: string): string[][] | undefined {
  try {
    const options = {
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ['\n', '\r\n'],
    };
    return parse(text, options) as string[][];
  } catch {
    return undefined;
  }
}

const table = fc
  .array(fc.constantFrom('a', 'bc', ',', '"', '""', '\n', '\r\n', ' ', '"x"', '","'), {
    maxLength: 14,
  })
  .map((parts) => parts.join(''));

test('gives what csv-parse gives, and refuses what it refuses, whatever the pieces', async () => {
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 20 }), async (text, size) => {
      const expected = peer(text);
      const own = recordsOf(text, size);
      if (expected === undefined) await expect(own).rejects.toBeInstanceOf(DataFileError);
      else expect((await own).map(({ values }) => values)).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});

test('tells the line of each record, and the place of an error, whatever the pieces', async () => {
  const text = 'a,b\r\n\n"c\nd",e\r\nf,g"\n';
  for (let size = 1; size <= text.length; size++) {
    const lines = (await recordsOf(text.slice(0, -3), size)).map(({ line }) => line);
    expect(lines).toEqual([1, 3, 5]);
    await expect(recordsOf(text, size)).rejects.toMatchObject({ line: 5, column: 4 });
  }
});

test('refuses a record longer than the limit, however it comes', async () => {
  for (const size of [1, 7, 1000]) {
    await expect(recordsOf(`a\n${'b'.repeat(30)}\n`, size, 20)).rejects.toMatchObject({ line: 2 });
    await expect(recordsOf(`a\n"${'b\n'.repeat(30)}"\n`, size, 20)).rejects.toMatchObject({
      line: 2,
    });
  }
});
