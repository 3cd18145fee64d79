import { gzipSync } from 'node:zlib';
import { type Malformed, malformedInputs } from '../../helpers/command-lines';

const HEADER = {
  format: 'metatorch-predictions',
  version: 1,
  metatorch: '0.1.0',
  protocol: { dataset: 'cards', model: 'MAML' },
  texts: true,
};
const QUERY = {
  episode: 0,
  row: 1,
  text: 'my card',
  label: 'card',
  predicted: 'card',
  probabilities: { card: 0.75, loan: 0.25 },
};
const END = { end: { queries: 1 } };
const lines = (...all: readonly unknown[]) =>
  all.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');
const GOOD = lines(HEADER, QUERY, END);

/** A file of predictions that `report` refuses. */
const predictions = (
  name: string,
  content: string | Buffer,
  says: Malformed['says'],
  file = 'p.jsonl',
): Malformed => ({
  name,
  args: ['report', file, '--out', 'report'],
  files: { [file]: content },
  says: [`Cannot read ${file}`, ...says],
});

const header = (name: string, change: object, says: Malformed['says']) =>
  predictions(`a header with ${name}`, lines({ ...HEADER, ...change }, QUERY, END), [
    'line 1',
    ...says,
  ]);
const query = (name: string, change: object, says: Malformed['says']) =>
  predictions(`a query with ${name}`, lines(HEADER, QUERY, { ...QUERY, ...change }, END), [
    'line 3',
    ...says,
  ]);

const about = (name: string, content: string, says: Malformed['says']) => ({
  name: `about: ${name}`,
  args: ['report', 'p.jsonl', '--card', '--about', 'about.yaml', '--out', 'report'],
  files: { 'p.jsonl': GOOD, 'about.yaml': content },
  says,
});

malformedInputs([
  predictions('nothing', '', ['an empty file']),
  predictions('words', 'no predictions\n', ['line 1', 'JSON', '"no predictions"']),
  predictions('another kind of file', '{"format":"metatorch-study"}\n', [
    'line 1',
    'metatorch-study',
  ]),
  predictions('a header alone', lines(HEADER), ['line 1', 'a file that was cut off']),
  predictions('no query', lines(HEADER, { end: { queries: 0 } }), ['at least one query']),
  predictions('no last line', lines(HEADER, QUERY), ['line 2', 'a file that was cut off']),
  predictions('half a line', GOOD.slice(0, -9), ['line 3', 'JSON']),
  predictions('half a query', lines(HEADER, QUERY).slice(0, -9), ['line 2', 'JSON']),
  predictions('fewer queries than it says', lines(HEADER, QUERY, { end: { queries: 2 } }), [
    'line 3',
    '2 queries',
  ]),
  predictions('more queries than it says', lines(HEADER, QUERY, QUERY, END), [
    'line 4',
    '1 queries',
  ]),
  predictions('queries after its end', lines(HEADER, QUERY, END, QUERY), ['line 4', 'the end']),
  predictions('an empty line', lines(HEADER, '', QUERY, END), ['line 2', 'an empty line']),
  predictions('two headers', lines(HEADER, HEADER, QUERY, END), ['line 2']),
  predictions('a NUL', lines(HEADER, '{"a":"\0"}'), ['line 2', 'a NUL']),
  predictions('Latin 1', Buffer.concat([Buffer.from(lines(HEADER)), Buffer.from('e90a', 'hex')]), [
    'line 2',
    '0xe9',
  ]),
  predictions('gzip cut off', gzipSync(GOOD).subarray(0, 80), ['unexpected end'], 'p.jsonl.gz'),
  predictions('a line of 20 MB', lines(HEADER, `{"text":"${'x'.repeat(2e7)}"}`), [
    'line 2',
    'at most',
  ]),
  header('another version', { version: 2 }, ['2']),
  header('no version', { version: undefined }, ['version']),
  header('no protocol', { protocol: undefined }, ['protocol']),
  header('a protocol without data', { protocol: { model: 'x' } }, ['dataset']),
  header('a protocol of more', { protocol: { dataset: 'a', model: 'b', wayz: 5 } }, ['wayz']),
  header('a word for a flag', { texts: 'yes' }, ['yes']),
  query('no label', { label: undefined }, ['label']),
  query('no prediction', { predicted: undefined }, ['predicted']),
  query('no probabilities', { probabilities: undefined }, ['probabilities']),
  query('probabilities of nothing', { probabilities: {} }, ['probabilities']),
  query('a probability above one', { probabilities: { card: 1.5 } }, ['1.5']),
  query('a probability below zero', { probabilities: { card: -0.5, loan: 1.5 } }, ['-0.5']),
  query('a word for a probability', { probabilities: { card: '1' } }, ["'1'"]),
  query('probabilities that sum to two', { probabilities: { card: 1, loan: 1 } }, ['sum']),
  query('a label without a probability', { label: 'rain' }, ['rain']),
  query('a prediction without a probability', { predicted: 'rain' }, ['rain']),
  query('an episode below zero', { episode: -1 }, ['-1']),
  query('half an episode', { episode: 0.5 }, ['0.5']),
  query('a number for a text', { text: 7 }, ['7']),
  query('a number for a label', { label: 7 }, ['7']),
  query('a key too many', { answer: 'x' }, ['answer']),
  query('time that runs back', { ms: -1 }, ['-1']),
  {
    name: 'predictions of other queries to compare with',
    args: ['report', 'p.jsonl', '--compare', 'q.jsonl'],
    files: { 'p.jsonl': GOOD, 'q.jsonl': lines(HEADER, { ...QUERY, row: 2 }, END) },
    status: 2,
    says: ['row'],
  },
  {
    name: 'predictions of other data to compare with',
    args: ['report', 'p.jsonl', '--compare', 'q.jsonl'],
    files: {
      'p.jsonl': GOOD,
      'q.jsonl': lines({ ...HEADER, protocol: { dataset: 'loans', model: 'MAML' } }, QUERY, END),
    },
    status: 2,
    says: ['cards', 'loans'],
  },
  {
    name: 'runs of two models as one',
    args: ['report', 'p.jsonl', 'q.jsonl'],
    files: {
      'p.jsonl': GOOD,
      'q.jsonl': lines({ ...HEADER, protocol: { dataset: 'cards', model: 'R2D2' } }, QUERY, END),
    },
    status: 2,
    says: ['model'],
  },
  {
    name: 'a report into a file',
    args: ['report', 'p.jsonl', '--out', 'taken'],
    files: { 'p.jsonl': GOOD, taken: 'something else' },
    says: ['Cannot make the folder', 'taken', 'EEXIST'],
  },
  about('not YAML', 'name: [\n', ['about.yaml', 'line']),
  about('a list', '- name\n', ['about.yaml']),
  about('a word', 'MAML\n', ['about.yaml', 'an object']),
  about('a key that a card lacks', 'nmae: x\n', ['about.yaml', 'licence', 'nmae']),
  about('a number for a name', 'name: 7\n', ['about.yaml', '7']),
  about(
    'a billion laughs',
    'a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nname: [*c,*c,*c,*c]\n',
    ['about.yaml', 'alias'],
  ),
]);
