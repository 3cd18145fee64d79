import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { locateLibtorch } from '../lib/libtorch';
import { temporaryFolder } from './helpers/folders';

const ROOT = join(__dirname, '..');
const PLATFORM = `${process.platform}-${process.arch}`;

const folder = temporaryFolder();

const USE_PREBUILD = `
const { addonPath } = require('./dist/native.js');
const { torch } = require('./dist/torch/index.js');
const sum = torch.tensor([1, 2, 4]).sum().item();
console.log(JSON.stringify({ addon: addonPath(), sum }));
`;

test('a prebuild holds all binaries, no path of this machine, and computes', () => {
  const script = join(ROOT, 'scripts', 'prebuild.js');
  const made = spawnSync(process.execPath, [script, `--out=${folder()}`], { encoding: 'utf8' });
  expect(made.stderr).toBe('');
  expect(made.status).toBe(0);

  const prebuilds = join(folder(), 'prebuilds', PLATFORM);
  const library = process.platform === 'darwin' ? 'libmetatorch.dylib' : 'libmetatorch.so';
  const groups = library.replace('metatorch', 'metatorch_distributed');
  expect(readdirSync(prebuilds).sort()).toEqual([library, groups, 'metatorch.node']);
  const { found } = locateLibtorch({ device: 'cpu', headers: true });
  const binary = readFileSync(join(prebuilds, library));
  expect(binary.includes(found?.root ?? 'libtorch is missing')).toBe(false);
  expect(binary.includes(ROOT)).toBe(false);

  const env = { ...process.env, METATORCH_ADDON: join(prebuilds, 'metatorch.node') };
  const used = spawnSync(process.execPath, ['-e', USE_PREBUILD], {
    cwd: ROOT,
    encoding: 'utf8',
    env,
  });
  expect(used.stderr).toBe('');
  expect(JSON.parse(used.stdout)).toEqual({ addon: join(prebuilds, 'metatorch.node'), sum: 7 });
});
