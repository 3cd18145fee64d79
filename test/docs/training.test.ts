import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { OPTIMIZERS, TRAINABLE } from '../../lib/train/registry';
import { AUGMENTATIONS } from '../../lib/train/registry/augmentations';
import { completeRun, RUN } from '../../lib/train/runs/config';
import { PRESETS } from '../../lib/train/runs/presets';
import { SPLITS } from '../../lib/train/runs/splits';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'training.md'), 'utf8');

test('docs/training.md names every key of a config, and what it chooses from', () => {
  const tables = [RUN, OPTIMIZERS, AUGMENTATIONS, SPLITS];
  for (const name of tables.flatMap((table) => Object.keys(table))) {
    expect(page).toContain(`\`${name}\``);
  }
});

test('the config of docs/training.md is valid, and every preset', () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  expect(completeRun(parse(yaml), 'test').learner.kind).toBe('prototypical');
  for (const preset of Object.values(PRESETS)) {
    expect(() => completeRun({ learner: 'maml', ...preset }, 'test')).not.toThrow();
  }
});

test('every learner works by its name alone', () => {
  for (const name of Object.keys(TRAINABLE)) {
    expect(completeRun({ learner: name }, 'test').learner.kind).toBe(name);
  }
});
