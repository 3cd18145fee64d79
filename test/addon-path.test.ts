import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { addonPath } from '../lib/addon-path';
import { elfWithInterpreter } from './helpers/files/elf';
import { temporaryFolder, writeFiles } from './helpers/folders';

const NATIVE = join(__dirname, '..', 'dist', 'native.js');
const folder = temporaryFolder();
const onLinux = process.platform === 'linux' ? test : test.skip;

/** Runs a script in a Node.js of its own, and returns the code and message that it prints. */
function thrownBy(script: string, env: Record<string, string> = {}) {
  const program = `try { ${script} } catch ({ code, message }) { console.log(JSON.stringify({ code, message })); }`;
  const ran = spawnSync(process.execPath, ['-e', program], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return JSON.parse(ran.stdout);
}

test('the addon is a file', () => {
  expect(existsSync(addonPath())).toBe(true);
});

test('what npm and others say of a platform to install for changes nothing', () => {
  const others = {
    npm_config_arch: 'arm64',
    npm_config_platform: 'darwin',
    METATORCH_PREBUILD: '/x',
  };
  const script = `throw { message: require(${JSON.stringify(NATIVE)}).addonPath() };`;
  expect(thrownBy(script, others)).toEqual({ message: addonPath() });
});

onLinux('a Node.js that uses musl gets no addon, whatever is there', () => {
  writeFiles(folder(), { node: elfWithInterpreter('/lib/ld-musl-x86_64.so.1') });
  const program = JSON.stringify(join(folder(), 'node'));
  const script = `process.execPath = ${program}; require(${JSON.stringify(NATIVE)}).loadNative();`;
  expect(thrownBy(script)).toEqual({
    code: 'ERR_TORCH_PLATFORM',
    message: expect.stringMatching(/uses musl.*supports Linux on x64.*node:22-slim/),
  });
});

describe('an addon that does not load', () => {
  const broken = () => {
    writeFiles(folder(), { 'metatorch.node': 'broken' });
    return { METATORCH_ADDON: join(folder(), 'metatorch.node') };
  };
  const load = `require(${JSON.stringify(NATIVE)}).loadNative();`;

  onLinux('is put down to the glibc where that is too old', () => {
    const report =
      "process.report.getReport = () => ({ header: { glibcVersionRuntime: '2.17' } });";
    expect(thrownBy(report + load, broken())).toEqual({
      code: 'ERR_TORCH_PLATFORM',
      message: expect.stringMatching(
        /run on glibc 2\.17 .*glibc 2\.28 or newer.*newer distribution/,
      ),
    });
  });

  onLinux('has lost its end: it is named before the process would end', () => {
    cpSync(dirname(addonPath()), folder(), { recursive: true });
    const library = join(folder(), 'libmetatorch.so');
    truncateSync(library, 100_000);
    const env = { METATORCH_ADDON: join(folder(), 'metatorch.node') };
    expect(thrownBy(load, env)).toEqual({
      code: 'ERR_TORCH_LIBRARY_LOAD',
      message: expect.stringMatching(/libmetatorch\.so is cut off: .* Install metatorch again/),
    });
  });

  test('is an error of its own elsewhere', () => {
    expect(thrownBy(load, broken())).toMatchObject({ code: 'ERR_TORCH_LIBRARY_LOAD' });
  });
});
