import { sealedLine } from '../../../lib/files/sealed-lines';
import { type Malformed, malformedInputs } from '../../helpers/command-lines';

const ROWS = 'abcdef'
  .split('')
  .flatMap((label) => [1, 2, 3, 4].map((i) => `${label} word ${i},${label}\n`))
  .join('');
const BASE = `data: data.csv
splits: { train: 0.5, validation: 0.5, test: 0 }
learner: prototypical
encoder: { kind: mean, dimensions: 4 }
episodes: { ways: 2, shots: 1, queries: 1, tasks: 1 }
steps: 1
evaluation: { validation: 2 }
`;
const SPACE = `  space:
    optimizer.learningRate: { kind: log-uniform, low: 0.001, high: 0.1 }
`;

/** A config of a search that is refused. */
const study = (
  name: string,
  section: string,
  says: Malformed['says'],
  status: 1 | 2 = 2,
): Malformed => ({
  name,
  args: ['search', 'study.yaml', '--quiet'],
  files: { 'data.csv': `text,label\n${ROWS}`, 'study.yaml': `${BASE}${section}` },
  status,
  says: ['study.yaml', ...says],
});

const space = (name: string, line: string, says: Malformed['says']) =>
  study(name, `search:\n  trials: 2\n  space:\n    ${line}\n`, says);

/** A file of a study that cannot be gone on from. */
const kept = (name: string, content: string | Buffer, says: Malformed['says']): Malformed => ({
  ...study(`a study file: ${name}`, `search:\n  trials: 2\n  study: kept.jsonl\n${SPACE}`, [], 1),
  files: {
    'data.csv': `text,label\n${ROWS}`,
    'study.yaml': `${BASE}search:\n  trials: 2\n  study: kept.jsonl\n${SPACE}`,
    'kept.jsonl': content,
  },
  says: ['kept.jsonl', ...says],
});

malformedInputs([
  study('no section', '', ['a section search']),
  study('a list for the section', 'search: []\n', ['a section search']),
  study('no space', 'search: { trials: 2 }\n', ['space']),
  study('no trials', `search:\n${SPACE}`, ['trials']),
  study('no trial', `search:\n  trials: 0\n${SPACE}`, ['0']),
  study('half a trial', `search:\n  trials: 1.5\n${SPACE}`, ['1.5']),
  study('trials in a word', `search:\n  trials: many\n${SPACE}`, ["'many'"]),
  study('a key that a search lacks', `search:\n  trails: 2\n${SPACE}`, [
    'line 9',
    'did you mean trials?',
  ]),
  study('an unknown sampler', `search:\n  trials: 2\n  sampler: tpo\n${SPACE}`, ['line 10', 'tpe']),
  study('a seed below zero', `search:\n  trials: 2\n  seed: -1\n${SPACE}`, ['line 10', '-1']),
  study('a study that is no path', `search:\n  trials: 2\n  study: 7\n${SPACE}`, ['line 10', '7']),
  space('an unknown kind', 'steps: { kind: logarithmic, low: 1, high: 2 }', [
    'line 11',
    'log-uniform',
  ]),
  space('no kind', 'steps: { low: 1, high: 2 }', ['line 11']),
  space('no upper end', 'steps: { kind: integer, low: 1 }', ['line 11', 'high']),
  space('ends in the other order', 'steps: { kind: integer, low: 3, high: 2 }', ['line 11']),
  space('a logarithm of zero', 'steps: { kind: log-uniform, low: 0, high: 2 }', ['line 11', '0']),
  space('no choice', 'learner: { kind: categorical, choices: [] }', ['line 11', 'choices']),
  space('a word for an end', 'steps: { kind: integer, low: few, high: 2 }', ['line 11', "'few'"]),
  space('a key that a config lacks', 'stepz: { kind: integer, low: 1, high: 2 }', [
    'line 11',
    'steps',
  ]),
  space('a value that a config refuses', 'episodes.ways: { kind: integer, low: 0, high: 1 }', [
    'line 11',
  ]),
  space('a learner that there is not', 'learner: { kind: categorical, choices: [prototypicl] }', [
    'line 11',
    'prototypical',
  ]),
  space('a condition on nothing', 'steps: { kind: integer, low: 1, high: 2, when: { x: 1 } }', [
    'x',
  ]),
  study('a wrong key beside the search', `stepz: 1\nsearch:\n  trials: 1\n${SPACE}`, [
    'line 8',
    'steps',
  ]),
  space('no parameter', '', ['line 10']),
  kept('of someone else', 'my notes\n', ['a study', 'something else']),
  kept('of JSON', '{"trials": []}\n', ['a study']),
  kept('of another search', sealedLine({ format: 'metatorch-study', version: 1, seed: 7 }), [
    'a study with',
  ]),
  kept('of another format', sealedLine({ format: 'metatorch-journal', version: 1 }), [
    'metatorch-journal',
  ]),
  kept('of another version', sealedLine({ format: 'metatorch-study', version: 2 }), ['version']),
  kept(
    'of zeros within',
    Buffer.concat([Buffer.from('x'), Buffer.alloc(99), Buffer.from('\nx\n')]),
    ['a study'],
  ),
]);
