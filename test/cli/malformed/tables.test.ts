import { type Malformed, malformedInputs } from '../../helpers/command-lines';

/** A table of texts that `datasets sheet` refuses. */
const table = (
  name: string,
  content: string,
  says: Malformed['says'],
  { file = 'data.csv', flags = [] as readonly string[] } = {},
): Malformed => ({
  name,
  args: ['datasets', 'sheet', file, ...flags],
  files: { [file]: content },
  says: [`Cannot read ${file}`, ...says],
});

const tsv = { file: 'data.tsv' };
const ROWS = 'text,label\nmy card,card\n';

malformedInputs([
  table('an empty file', '', ['an empty file']),
  table('a byte order mark and nothing else', '\ufeff', ['an empty file']),
  table('white space alone', ' \n \n', ['line 1', "'text' or"]),
  table('no column of texts', 'txt,label\na,b\n', ['line 1', "'text' or", "the nearest is 'txt'"]),
  table('no column of labels', 'text,lable\na,b\n', ['line 1', "'label' or", "nearest is 'lable'"]),
  table('a column that is not there', ROWS, ['line 1', "'body' (option text)", "'text', 'label'"], {
    flags: ['--text', 'body'],
  }),
  table('a label that is not there', ROWS, ['line 1', "'topic' (option label)"], {
    flags: ['--label', 'topic'],
  }),
  table('a split that is not there', ROWS, ['line 1', "'part' (option split)"], {
    flags: ['--split', 'part'],
  }),
  table('a name of a column in other letters', ROWS, ['line 1', "'Text' (option text)", "'text'"], {
    flags: ['--text', 'Text'],
  }),
  table('two columns of one name', 'text,label,text\na,b,c\n', ['line 1', '"text" twice']),
  table('two columns without a name', 'text,label,,\na,b,c,d\n', ['line 1', '"" twice']),
  table('a row with fewer columns', `${ROWS}rain\n`, ['line 3', '2 columns', '1: "rain"']),
  table('a row with more columns', `${ROWS}rain,wind,sun\n`, ['line 3', '2 columns', '3: ']),
  table('a comma that nothing encloses', `${ROWS}rain, wind,weather\n`, ['line 3', '3: ']),
  table('a row of a long table', `text,label\n${'a,b\n'.repeat(70_000)}c\n`, [
    'line 70002',
    '1: "c"',
  ]),
  table('a quote that nothing closes', `${ROWS}"rain,weather\n`, [
    'line 3, column 1',
    'a closing quote',
    'the end of the file',
  ]),
  table('a quote that closes in another column', `${ROWS}rain,"weather\n`, [
    'line 3, column 6',
    'a closing quote',
  ]),
  table('a quote within a column', `${ROWS}the 7" card,card\n`, [
    'line 3, column 6',
    'quotes only around a whole column',
  ]),
  table('words after a closing quote', `${ROWS}"rain" today,weather\n`, [
    'line 3, column 7',
    'the end of the column after its quote',
    '" today,weather"',
  ]),
  table('a quote that is not doubled', `${ROWS}"say "hi" now",talk\n`, ['line 3, column 7']),
  table('a quote after lines within one', `${ROWS}"two\nlines" x,talk\n`, ['line 4, column 7']),
  table('line ends of old Macs', 'text,label\rmy card,card\r', ['line 1', 'a \\r alone']),
  table('a line end of an old Mac in a row', `${ROWS}rain\rwind,weather\n`, [
    'line 3, column 5',
    'a \\r alone',
  ]),
  table('an empty label', `${ROWS}rain,\n`, ['line 3', 'record 2', 'label']),
  table('a label of white space', `${ROWS}rain,  \n`, ['line 3', 'record 2', 'label']),
  table('a header alone', 'text,label\n', ['at least one']),
  table('one word in a file without a telling name', 'hello', ['option format', '"hello"'], {
    file: 'data.txt',
  }),
  table('prose in a file without a telling name', 'It rains.\nIt snows.\n', ['option format'], {
    file: 'notes',
  }),
  table('a table of HTML', '<table><tr><td>a</td></tr></table>\n', ['line 1', "'text' or"]),
  table('a page of an error', '<!DOCTYPE html>\n<title>404, gone</title>\n', ['line 1']),
  table('a tab too few', 'text\tlabel\nmy card\tcard\nrain\n', ['line 3', '2 columns'], tsv),
  table('a tab too many', 'text\tlabel\nmy card\tcard\nrain\tx\ty\n', ['line 3', '3: '], tsv),
  table('no column of texts among tabs', 'words\tlabel\na\tb\n', ['line 1', "'text' or"], tsv),
  table(
    'a quote that nothing closes among tabs',
    'text\tlabel\n"a\tb\n',
    ['line 2, column 1'],
    tsv,
  ),
  table('an empty table of tabs', '', ['an empty file'], tsv),
  table('two tabs in the header', 'text\t\t\nx\ty\tz\n', ['line 1', '"" twice'], tsv),
  table('a row of 10 MB', `${ROWS}${'x'.repeat(10_000_000)},card\n`, [
    'line 3',
    'at most 1048576 characters in a row',
  ]),
  table('a header of 10 MB', `text,${'x'.repeat(10_000_000)}\n`, ['line 1', 'at most 1048576']),
  table('a quoted column of 10 MB', `${ROWS}"${'x\n'.repeat(5_000_000)}",card\n`, [
    'line 3',
    'at most 1048576',
  ]),
  table('a quote that swallows 10 MB', `${ROWS}"${'a,b\n'.repeat(2_500_000)}`, [
    'line 3',
    'at most 1048576',
  ]),
]);
