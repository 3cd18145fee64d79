import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeRun, RUN } from '../../../lib/train/runs/config';

test('docs/training.md has every key of a run', () => {
  const page = readFileSync(join(__dirname, '../../../docs/training.md'), 'utf8');
  const table = page.slice(page.indexOf('## The keys'));
  const keys = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key);
  expect(keys.toSorted()).toEqual(Object.keys(RUN).toSorted());
});

test('a config that was completed is complete, and can be read again', () => {
  const config = completeRun({ learner: 'maml', data: 'intents' }, 'test');
  expect(config).toMatchObject({ steps: 600, seeds: [1], loggers: [], episodes: { ways: 5 } });
  expect(completeRun(JSON.parse(JSON.stringify(config)), 'test')).toEqual(config);
});

test('an unknown key or name is refused with the nearest there is', () => {
  expect(() => completeRun({ learner: 'mamll' }, 'test')).toThrow('did you mean maml?');
  expect(() => completeRun({ learner: 'maml', stepz: 1 }, 'test')).toThrow('did you mean steps?');
  expect(() => completeRun({ learner: { kind: 'maml', inerSteps: 2 } }, 'test')).toThrow(
    'did you mean innerSteps?',
  );
});

test('a value that would count twice is refused, and so is an empty path', () => {
  const run = (more: object) => () => completeRun({ learner: 'maml', ...more }, 'test');
  for (const seeds of [
    [1, 1],
    [3, 1, 3],
  ]) {
    expect(run({ seeds })).toThrow(
      `Expected each value once for config.seeds of test but received number ${seeds[0]}`,
    );
  }
  expect(run({ evaluation: { shots: [1, 5, 1] } })).toThrow('each value once');
  expect(run({ loggers: ['csv', 'csv'] })).toThrow('each value once');
  expect(run({ seeds: [1, 2], loggers: ['csv'] })).not.toThrow();
  for (const more of [{ out: '' }, { features: '' }, { data: '' }, { data: { source: '' } }]) {
    expect(run(more)).toThrow('Expected a string that is not empty for config.');
  }
});

test('data that is neither a path nor an object is refused with what it may be', () => {
  for (const data of [2024, ['a', 'b.csv'], null]) {
    expect(() => completeRun({ learner: 'maml', data }, 'test')).toThrow(
      'Expected a name or path, or { source, … } for config.data of test but received',
    );
  }
});
