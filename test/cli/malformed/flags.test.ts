import { type Malformed, malformedInputs } from '../../helpers/command-lines';

/** A command line that is wrong usage. */
const usage = (name: string, args: readonly string[], says: Malformed['says']): Malformed => ({
  name,
  args,
  files: { 'data.csv': 'text,label\nmy card,card\nrain,weather\n' },
  status: 2,
  says,
});

const train = (...flags: string[]) => [
  'train',
  '--data',
  'data.csv',
  '--learner',
  'r2d2',
  ...flags,
];

malformedInputs([
  usage('an unknown command', ['trian'], ['trian', 'train']),
  usage('a flag that is no key', train('--stepz', '3'), ['--stepz', 'did you mean steps?']),
  usage('a dotted flag that is no key', train('--episodes.wayz', '3'), ['--episodes.wayz', 'ways']),
  usage('a flag within a word', train('--learner.kind.x', '3'), ['--learner']),
  usage('a value of another type', train('--steps', 'many'), ['--steps', "'many'"]),
  usage('a value in YAML that is none', train('--steps', '[1'), ['--steps', '[1']),
  usage('a flag without its value', train('--steps'), ['--steps', 'true']),
  usage('a flag with one dash', train('-x'), ['-x']),
  usage('a flag without a name', train('--=3'), ['--=3']),
  usage('a flag that would be a prototype', train('--__proto__.x', '3'), ['__proto__']),
  usage('two config files', ['train', 'a.yaml', 'b.yaml'], ['one config file', 'a.yaml b.yaml']),
  usage('no data', ['train', '--learner', 'maml'], ['data to train on', '--data']),
  usage('no learner', ['train', '--data', 'data.csv'], ['learner']),
  usage('nothing to train', ['train'], ['a config file', '--data']),
  usage('no model to evaluate', ['evaluate'], ['a model', 'none']),
  usage('two models to evaluate', ['evaluate', 'a', 'b'], ['one model', 'a b']),
  usage('one model to compare', ['compare', 'a'], ['two models or more', '1']),
  usage('no model to adapt', ['adapt', '--out', 'x'], ["'model'"]),
  usage('no examples to adapt to', ['adapt', 'a', '--out', 'x'], ["'examples'"]),
  usage('nowhere to save', ['adapt', 'a', 'b.json'], ["'--out <folder>'"]),
  usage('no model to predict with', ['predict'], ["'model'"]),
  usage('an option that predict lacks', ['predict', 'a', '--exampels', 'x'], ['--exampels']),
  usage('no predictions to report', ['report'], ["'predictions'"]),
  usage('no resamples', ['report', 'p.jsonl', '--resamples', '0'], ['at least 1']),
  usage('half a seed', ['report', 'p.jsonl', '--seed', '0.5'], ['integer']),
  usage('a page without a folder', ['report', 'p.jsonl', '--html'], ['--out <folder>']),
  usage(
    'a card of two models',
    ['report', 'p.jsonl', '--compare', 'q.jsonl', '--card', '--out', 'x'],
    ['--card', '--compare'],
  ),
  usage('what is said of no card', ['report', 'p.jsonl', '--about', 'a.yaml'], ['--card']),
  usage('no study', ['search'], ["'study.yaml'"]),
  usage('nothing to serve', ['serve'], ['--store', 'neither']),
  usage('a port that is none', ['serve', 'a', '--port', '65536'], ['0 to 65535']),
  usage('a port that is a word', ['serve', 'a', '--port', 'http'], ['0 to 65535']),
  usage('no worker', ['serve', 'a', '--workers', '0'], ['1 to 1024']),
  usage(
    'a token without its classifier',
    ['serve', 'a', '--token', '=x'],
    ['<classifier>=<token>'],
  ),
  usage('a token that is empty', ['serve', 'a', '--token', 'cards='], ['<classifier>=<token>']),
  usage(
    'limits of what is never learned',
    ['serve', 'a.json', '--max-examples', '9'],
    ['--max-examples is for what is learned', '--store <folder>'],
  ),
  usage(
    'a threshold beside the risk that it would be chosen by',
    ['assist', 'a.json', '--risk', '0.1', '--threshold', '0.5'],
    ["'--risk <share>' cannot be used with option '--threshold <p>'"],
  ),
  usage(
    'an owner of what is served',
    ['assist', 'a.json', '--port', '0', '--owner', 'ann'],
    ["'--port <n>' cannot be used with option '--owner <name>'"],
  ),
  usage(
    'JSON of what is served',
    ['assist', 'a.json', '--port', '0', '--json'],
    ["'--port <n>' cannot be used with option '--json'"],
  ),
  usage(
    'an address where nothing is served',
    ['assist', 'a.json', '--host', '0.0.0.0'],
    ["'--host <address>' says nothing without '--port <n>'"],
  ),
  usage(
    'an address where nothing is watched',
    ['monitor', 'a.json', '--host', '0.0.0.0'],
    ["'--host <address>' says nothing without '--port <n>'"],
  ),
  usage('to go on and to begin anew', train('--resume', '--overwrite'), [
    "'--resume' cannot be used with option '--overwrite'",
  ]),
  usage('a config in JSON', train('--print', '--json'), [
    "'--print' cannot be used with option '--json'",
  ]),
  usage('to wait for processes that there are not', train('--rank-timeout', '60'), [
    "'--rank-timeout <seconds>' says nothing without '--processes <count>'",
  ]),
  usage(
    'keys of a test that is left out',
    ['compress', 'a', '--out', 'b', '--int8', '--no-test', '--evaluation.test', '9'],
    ['--evaluation is for the test or for --prune', '--no-test'],
  ),
  usage(
    'a tolerance for one file',
    ['tensors', 'a.npy', '--rtol', '0.1'],
    ["'--rtol <number>' says nothing without '[other]'"],
  ),
  usage(
    'a mirror of what is copied',
    ['datasets', 'get', 'banking77', '--from', '.', '--mirror', 'https://a.example'],
    ["'--from <folder>' cannot be used with option '--mirror <url>'"],
  ),
  usage(
    'a proxy of what is not downloaded',
    ['datasets', 'get', 'banking77', '--offline', '--proxy', 'https://a.example'],
    ["'--offline' cannot be used with option '--proxy <url>'"],
  ),
  usage(
    'a hub that is not asked',
    ['encoder', 'download', 'a/b', '--offline', '--endpoint', 'https://a.example'],
    ["'--offline' cannot be used with option '--endpoint <url>'"],
  ),
  usage('no data set to describe', ['datasets', 'info'], ["'name'"]),
  usage('a data set in other letters', ['datasets', 'info', 'bank77'], ["'banking77'"]),
  usage('a data set that nobody knows', ['datasets', 'info', 'x'], ['x']),
  usage('a data set with the name of a property', ['datasets', 'info', '__proto__'], ['__proto__']),
  usage(
    'an unknown data set to get',
    ['datasets', 'get', 'bankin77', '--offline'],
    ["'banking77'"],
  ),
  usage(
    'a mirror that is no address',
    ['datasets', 'get', 'banking77', '--mirror', 'here'],
    ['mirror'],
  ),
  usage(
    'an option that info lacks',
    ['datasets', 'info', 'banking77', '--jsn'],
    ['--jsn', '--json'],
  ),
]);
