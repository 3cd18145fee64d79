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
