import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { torch } from '../../lib/torch';
import { saveCheckpoint } from '../../lib/train/checkpoint';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();

test.each(['config.json', 'model.safetensors'])('%s keeps its link and its permissions', (name) => {
  const target = join(folder(), `${name}-target`);
  writeFileSync(target, 'old');
  chmodSync(target, 0o640);
  symlinkSync(`${name}-target`, join(folder(), name));
  saveCheckpoint(folder(), { params: { a: torch.tensor([1]) }, config: { v: 1 } });
  expect(lstatSync(join(folder(), name)).isSymbolicLink()).toBe(true);
  expect(statSync(target).mode & 0o777).toBe(0o640);
  expect(statSync(target).size).toBeGreaterThan(3);
});

test.each(['config.json', 'model.safetensors'])(
  'a pipe in place of %s is refused, and stays',
  (name) => {
    const path = join(folder(), name);
    execFileSync('mkfifo', [path]);
    const save = () =>
      saveCheckpoint(folder(), { params: { a: torch.tensor([1]) }, config: { v: 1 } });
    expect(save).toThrow(expect.objectContaining({ code: 'ERR_TORCH_FILE', path }));
    expect(save).toThrow('it is not a regular file but a pipe');
    expect(lstatSync(path).isFIFO()).toBe(true);
    expect(readdirSync(folder())).toEqual([name]);
  },
);
