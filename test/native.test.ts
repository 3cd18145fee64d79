import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { requestedDevice, requireLibtorch } from '../lib/libtorch/locate';
import { addonPath, loadNative } from '../lib/native';
import { temporaryFolder } from './helpers/folders';

const ROOT = path.join(__dirname, '..');
const TORCH = JSON.stringify(path.join(ROOT, 'dist/torch'));

/** Runs a script in a process of its own and returns what it printed last, as JSON. */
function run(script: string, env: Record<string, string> = {}): Record<string, unknown> {
  const { stdout, status, stderr } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

const REPORT = `
  const { torch } = require(${TORCH});
  const errorOf = (action) => { try { action(); } catch (error) { return error; } };
  const error = errorOf(() => torch.zeros([1]));
  const { name, code, message, path } = error;
  const again = [() => torch.zeros([1]), () => torch.tensor([1]), () => torch.manualSeed(0)];
  const same = again.every((action) => errorOf(action) === error);
  console.log(JSON.stringify({ name, code, message, path, same, alive: 1 + 1 }));`;

describe('libtorch that cannot serve is a typed error, and the process lives on', () => {
  let folder: string;
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'metatorch-native-'));
  });
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  /** A folder laid out like libtorch of a version, with libraries from C++ source text. */
  function fakeLibtorch(name: string, version: string, torchCpu: string): string {
    const root = path.join(folder, name);
    fs.mkdirSync(path.join(root, 'lib'), { recursive: true });
    fs.writeFileSync(path.join(root, 'build-version'), version);
    for (const [stem, source] of [
      ['c10', ''],
      ['torch_cpu', torchCpu],
    ] as const) {
      const file = path.join(root, `${stem}.cc`);
      fs.writeFileSync(file, source);
      const library = path.join(root, 'lib', `lib${stem}.so`);
      execFileSync('c++', ['-shared', '-fPIC', '-o', library, file]);
    }
    return root;
  }

  test('a folder without libtorch', () => {
    expect(run(REPORT, { LIBTORCH: folder })).toMatchObject({
      name: 'TorchError',
      code: 'ERR_TORCH_LIBRARY_MISSING',
      message: expect.stringContaining(folder),
      same: true,
      alive: 2,
    });
  });

  test('a version that is not supported', () => {
    const root = fakeLibtorch('old', '1.13.1', '');
    expect(run(REPORT, { LIBTORCH: root })).toMatchObject({
      code: 'ERR_TORCH_LIBRARY_VERSION',
      message: expect.stringMatching(/1\.13\.1.*2\.11/s),
    });
  });

  test('a library of another version than its folder says', () => {
    const source = `#include <string>
      namespace at { std::string show_config() { return "TORCH_VERSION=2.9.1, USE_CUDA=0"; } }`;
    const version = loadNative().buildVersion;
    const root = fakeLibtorch('disguised', version, source);
    expect(run(REPORT, { LIBTORCH: root })).toMatchObject({
      code: 'ERR_TORCH_LIBRARY_VERSION',
      message: expect.stringMatching(/2\.9\.1.*expected 2\.\d+\.x/),
    });
  });

  test('a file that is no library', () => {
    const root = fakeLibtorch('broken', loadNative().buildVersion, '');
    fs.writeFileSync(path.join(root, 'lib/libtorch_cpu.so'), 'nothing');
    expect(run(REPORT, { LIBTORCH: root })).toMatchObject({
      code: 'ERR_TORCH_LIBRARY_LOAD',
      message: expect.stringContaining('libtorch_cpu.so'),
      same: true,
    });
  });
});

test('says which libtorch it was built for and which it runs', () => {
  const native = loadNative();
  const { version } = requireLibtorch({ device: requestedDevice() });
  expect(native.runtimeVersion).toBe(version);
  expect(native.buildVersion.split('.').slice(0, 2)).toEqual(version.split('.').slice(0, 2));
  expect(native.runtimeInfo().napiVersion).toBeGreaterThanOrEqual(8);
});

test('waits passively for its threads unless told otherwise', () => {
  const script = `const { loadNative } = require(${JSON.stringify(path.join(ROOT, 'dist/native'))});
    console.log(JSON.stringify(loadNative().runtimeInfo()))`;
  const { OMP_WAIT_POLICY: _, ...env } = process.env;
  expect(run(script, env as Record<string, string>).waitPolicy).toBe('passive');
  expect(run(script, { OMP_WAIT_POLICY: 'active' }).waitPolicy).toBe('active');
});

describe('METATORCH_ADDON', () => {
  const folder = temporaryFolder();
  const usesAddon = `
    const { addonPath } = require(${JSON.stringify(path.join(ROOT, 'dist/native'))});
    const { torch } = require(${TORCH});
    console.log(JSON.stringify({ addon: addonPath(), sum: torch.ones([3]).sum().item() }));`;

  test('names the addon that is loaded', () => {
    fs.cpSync(path.dirname(addonPath()), folder(), { recursive: true });
    const copy = path.join(folder(), 'metatorch.node');
    expect(run(usesAddon, { METATORCH_ADDON: copy })).toEqual({ addon: copy, sum: 3 });
  });

  test('is refused where it names no file', () => {
    const missing = path.join(folder(), 'missing.node');
    expect(run(REPORT, { METATORCH_ADDON: missing })).toMatchObject({
      code: 'ERR_TORCH_ADDON_MISSING',
      message: expect.stringContaining(missing),
      same: true,
    });
  });
});

test('two copies of the library in one thread keep to themselves', () => {
  const script = `
    const load = () => {
      for (const file of Object.keys(require.cache)) {
        if (file.startsWith(${JSON.stringify(path.join(ROOT, 'dist'))})) delete require.cache[file];
      }
      return require(${TORCH}).torch;
    };
    const copies = [load(), load()];
    const runs = copies.map((torch) => {
      let count = 0;
      const w = torch.ones([2]).requiresGrad_();
      const result = torch.checkpoint((a) => (count++, a.sin().exp()), w);
      torch.grad(result.sum(), w);
      return count;
    });
    const tensors = copies.map((torch) => {
      const before = torch.memory().tensors;
      torch.ones([2]);
      return torch.memory().tensors - before;
    });
    console.log(JSON.stringify({ same: copies[0] === copies[1], runs, tensors }));`;
  expect(run(script)).toEqual({ same: false, runs: [2, 2], tensors: [1, 1] });
});

const folder = temporaryFolder();

test('another copy of the package in the same process is refused by its path', () => {
  const other = path.join(folder(), 'other');
  fs.cpSync(path.dirname(addonPath()), other, { recursive: true });
  const script = `
    const files = () => Object.keys(require.cache).filter((file) => file.includes('/dist/'));
    const { torch } = require(${TORCH});
    torch.ones([1]);
    for (const file of files()) delete require.cache[file];
    process.env.METATORCH_ADDON = ${JSON.stringify(path.join(other, 'metatorch.node'))};
    let code, message;
    try { require(${TORCH}).torch.ones([1]); } catch (error) { ({ code, message } = error); }
    console.log(JSON.stringify({ code, message, still: torch.ones([2]).sum().item() }));`;
  expect(run(script)).toEqual({
    code: 'ERR_TORCH_LIBRARY_LOAD',
    message: expect.stringMatching(
      /^Expected one copy of metatorch in a process, but .*libmetatorch\.so is loaded already and .*other/,
    ),
    still: 2,
  });
});
