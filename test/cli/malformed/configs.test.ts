import { type Malformed, malformedInputs } from '../../helpers/command-lines';

const DATA = 'text,label\nmy card,card\nrain,weather\n';

/** A config that `train` refuses. */
const config = (
  name: string,
  content: string | Buffer,
  says: Malformed['says'],
  { file = 'run.yaml', status = 2 as 1 | 2, flags = [] as readonly string[] } = {},
): Malformed => ({
  name: `${file}: ${name}`,
  args: ['train', file, '--quiet', ...flags],
  files: { 'data.csv': DATA, [file]: content },
  status,
  says: [file, ...says],
});

/** A config that cannot be read at all. */
const broken = (
  name: string,
  content: string | Buffer,
  says: Malformed['says'],
  file = 'run.yaml',
) => config(name, content, says, { file, status: 1 });

const GOOD = 'data: data.csv\nlearner: prototypical\nencoder: { kind: mean, dimensions: 8 }\n';
const laughs = `a: &a [x, x, x, x, x, x, x, x, x]
${'bcdefghi'
  .split('')
  .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(', ')}]`)
  .join('\n')}
learner: *i
`;

malformedInputs([
  broken('nothing', '', ['expected keys and values']),
  broken('a comment alone', '# later\n', ['expected keys and values']),
  broken('a list', '- learner: maml\n', ['expected keys and values']),
  broken('a word', 'maml\n', ['expected keys and values']),
  broken('a tab for indentation', 'episodes:\n\tways: 5\n', ['line 2']),
  broken('a bracket that nothing closes', 'learner: { kind: maml\ndata: x\n', ['line']),
  broken('a quote that nothing closes', 'data: "data.csv\nlearner: maml\n', ['line']),
  broken('another indentation', 'episodes:\n    ways: 5\n  shots: 1\n', ['line 3']),
  broken('a key twice', `${GOOD}learner: maml\n`, ['unique', 'line 4, column 1']),
  broken('a key twice, further in', 'episodes:\n  ways: 2\n  ways: 3\n', [
    'unique',
    'line 3, column 3',
  ]),
  broken('an alias of nothing', 'learner: *there\n', ['Unresolved alias', 'there']),
  broken('a billion laughs', laughs, ['alias']),
  config('an alias of itself', 'learner: &a { kind: *a }\n', ['line 1, column 15']),
  broken('two documents', `${GOOD}---\nlearner: maml\n`, ['document']),
  broken('a tag that runs code', 'learner: !!js/function "function () {}"\n', ['line 1']),
  broken('Latin 1', Buffer.from('6c6561726e65723a20e90a', 'hex'), ['utf-8'], 'run.yml'),
  broken('JSON with a colon too many', '{"learner":: "maml"}', ['line 1'], 'run.json'),
  broken('JSON that is cut off', '{"learner": {"kind": "maml"', ['line 1'], 'run.json'),
  broken('JSON with a key twice', '{"learner": "maml", "learner": "r2d2"}', ['unique'], 'run.json'),
  broken('JSON of a list', '[]', ['keys and values'], 'run.json'),
  config('an unknown key', `${GOOD}stepz: 3\n`, ['line 4, column 1', 'did you mean steps?']),
  config('an unknown key, further in', `${GOOD}episodes: { wayz: 3 }\n`, [
    'line 4, column 13',
    'did you mean ways?',
  ]),
  config('an unknown learner', GOOD.replace('prototypical', 'protypical'), [
    'line 2, column 1',
    'did you mean prototypical?',
  ]),
  config('an unknown encoder', GOOD.replace('mean', 'men'), ['line 3', 'did you mean mean?']),
  config('an unknown optimizer', `${GOOD}optimizer: adan\n`, ['line 4', 'did you mean adam?']),
  config('an unknown preset', `${GOOD}preset: qick\n`, ['quick']),
  config('an unknown logger', `${GOOD}loggers: [tensorbord]\n`, ['line 4', 'tensorboard']),
  config('an unknown augmentation', `${GOOD}augmentation: { by: [swap] }\n`, [
    'line 4',
    'word-swap',
  ]),
  config('a word for a number', `${GOOD}steps: many\n`, ['line 4, column 1', "'many'"]),
  config('a number in quotes', `${GOOD}steps: "10"\n`, ['line 4', "'10'"]),
  config('half a step', `${GOOD}steps: 1.5\n`, ['line 4', '1.5']),
  config('steps below zero', `${GOOD}steps: -1\n`, ['line 4', '-1']),
  config('steps without end', `${GOOD}steps: .inf\n`, ['line 4', 'Infinity']),
  config('no number', `${GOOD}clipNorm: .nan\n`, ['line 4', 'NaN']),
  config('null', `${GOOD}steps:\n`, ['line 4', 'null']),
  config('a list for a number', `${GOOD}steps: [1, 2]\n`, ['line 4']),
  config('a number for a word', 'data: 7\nlearner: maml\n', ['line 1', '7']),
  config('a list for a section', `${GOOD}episodes: [5, 1]\n`, ['line 4', 'an object']),
  config('one way', `${GOOD}episodes: { ways: 1 }\n`, ['line 4', '1']),
  config('no shots', `${GOOD}episodes: { shots: 0 }\n`, ['line 4', '0']),
  config('yes for a flag', `${GOOD}predictions: "yes"\n`, ['line 4', "'yes'"]),
  config('a precision that is none', `${GOOD}precision: float33\n`, ['line 4', 'float32']),
  config('no seed', `${GOOD}seeds: []\n`, ['line 4']),
  config('a seed below zero', `${GOOD}seeds: [-1]\n`, ['line 4', '-1']),
  config('shares of more than all', `${GOOD}splits: { train: 0.9, validation: 0.2, test: 0.2 }\n`, [
    'line 4',
  ]),
  config(
    'an option of another learner',
    `${GOOD}`.replace('prototypical', '{ kind: r2d2, margin: 1 }'),
    ['line 2', 'margin'],
  ),
  config('a learner without a name', `${GOOD}`.replace('prototypical', '{ innerSteps: 1 }'), [
    'line 2',
  ]),
  config('no learner', 'data: data.csv\n', ['learner']),
  config('no data', 'learner: maml\n', ['data to train on']),
  config('a key that is the prototype of all', `${GOOD}__proto__: { steps: 1 }\n`, ['__proto__']),
  config('a key of every object', `${GOOD}constructor: 1\n`, ['line 4', 'constructor']),
  config(
    'JSON with an unknown key',
    '{\n "learner": "maml",\n "stepz": 1\n}',
    ['line 3, column 2'],
    {
      file: 'run.json',
    },
  ),
  config('JSON with a wrong type', '{\n "learner": "maml",\n "steps": "1"\n}', ['line 3', "'1'"], {
    file: 'run.json',
  }),
]);
