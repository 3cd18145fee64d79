import { copyFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { addonPath } from '../../lib/addon-path';
import { sharedLibrary } from '../../lib/libtorch/inspect';
import {
  type LocateOptions,
  locateLibtorch,
  requestedDevice,
  requireLibtorch,
} from '../../lib/libtorch/locate';
import { PUBLISHED_PLATFORMS } from '../../lib/platform';
import { fakeLibtorch } from '../helpers/downloads/fake-libtorch';
import { fakePython } from '../helpers/downloads/fake-python';
import { temporaryFolder, writeFiles } from '../helpers/folders';

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder(), ...parts);
const PLATFORM = `${process.platform}-${process.arch}`;

/** Options that see nothing of this machine beside the test's folder. */
function options(env: NodeJS.ProcessEnv = {}, rest: Partial<LocateOptions> = {}): LocateOptions {
  const isolated = { METATORCH_CACHE: at('cache'), METATORCH_PYTHON: at('none'), ...env };
  return { device: 'cpu', env: isolated, packageRoot: at('package'), ...rest };
}

function platformPackage(version?: string, suffix = ''): string {
  const root = at('package', 'node_modules', '@metatorch', `libtorch-${PLATFORM}${suffix}`);
  writeFiles(root, { 'package.json': '{}', 'index.js': '' });
  return fakeLibtorch(root, version, suffix === '' ? 'cpu' : 'cuda');
}

/** A package that is there but empty; jest's resolver does not see one that comes later. */
function emptyPlatformPackage(suffix = ''): void {
  const root = at('package', 'node_modules', '@metatorch', `libtorch-${PLATFORM}${suffix}`);
  writeFiles(root, { 'package.json': '{}', 'index.js': '' });
}

function record(root: unknown): void {
  writeFiles(at('package'), { 'build/libtorch.json': JSON.stringify({ root }) });
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('places are tried in order, each one going before those after it', () => {
  const python = fakePython(at('bin'), { torchOrigin: at('site', 'torch', '__init__.py') });
  const env: NodeJS.ProcessEnv = { METATORCH_PYTHON: python };
  emptyPlatformPackage();
  const source = () => locateLibtorch(options(env)).found?.source;
  expect(source()).toBeUndefined();
  fakeLibtorch(at('site', 'torch'));
  expect(source()).toBe('python');
  fakeLibtorch(at('cache', 'libtorch-2.13.0-cpu'));
  expect(source()).toBe('cache');
  record(fakeLibtorch(at('recorded')));
  expect(source()).toBe('recorded');
  platformPackage();
  expect(source()).toBe('platform package');
  env.LIBTORCH = fakeLibtorch(at('explicit'));
  expect(source()).toBe('LIBTORCH');
});

test('what is taken is told in full, and every place passed over with its reason', () => {
  const root = fakeLibtorch(at('cache', 'libtorch-2.13.0-cpu'));
  const { found, passedOver } = locateLibtorch(options());
  expect(found).toEqual({
    root,
    libDir: join(root, 'lib'),
    includeDir: join(root, 'include'),
    version: '2.13.0',
    flavour: 'cpu',
    source: 'cache',
  });
  expect(passedOver).toEqual([
    { source: 'LIBTORCH', reason: 'not set' },
    {
      source: 'platform package',
      reason: `@metatorch/libtorch-${PLATFORM} is not installed`,
    },
    { source: 'recorded', reason: 'no set-up of a checkout has recorded one' },
  ]);
});

test('Python is run only if no earlier place serves', () => {
  const python = fakePython(at('bin'), { torchOrigin: '' });
  fakeLibtorch(at('cache', 'libtorch-2.13.0-cpu'));
  const { passedOver } = locateLibtorch(options({ METATORCH_PYTHON: python }));
  expect(passedOver.map(({ source }) => source)).not.toContain('python');
  expect(thrownBy(() => require('node:fs').statSync(`${python}.calls`))).toBeDefined();
});

describe('LIBTORCH is never passed over silently', () => {
  test.each([
    ['a folder that is not there', {}, /does not exist/],
    ['an empty folder', { x: '' }, /lib has no libc10\./],
    ['no libtorch_cpu', { [`lib/${sharedLibrary('c10')}`]: '' }, /has no libtorch_cpu\./],
  ])('%s', (_, files, reason) => {
    writeFiles(at('explicit'), files as Record<string, string>);
    fakeLibtorch(at('cache', 'libtorch-2.13.0-cpu'));
    const error = thrownBy(() => locateLibtorch(options({ LIBTORCH: at('explicit') })));
    expect(error).toMatchObject({
      name: 'TorchError',
      code: 'ERR_TORCH_LIBRARY_MISSING',
      path: at('explicit'),
      message: expect.stringMatching(reason),
    });
    expect(error).toMatchObject({ message: expect.stringContaining('holds lib/ and include/') });
    expect(error).toMatchObject({ message: expect.stringContaining(at('explicit')) });
  });

  test('a version out of range says which are supported', () => {
    const env = { LIBTORCH: fakeLibtorch(at('explicit'), '2.10.0') };
    expect(thrownBy(() => locateLibtorch(options(env)))).toMatchObject({
      code: 'ERR_TORCH_LIBRARY_VERSION',
      message: expect.stringMatching(/is libtorch 2\.10\.0.*supports 2\.11 to 2\.14/),
    });
  });

  test('a CPU build does not serve CUDA', () => {
    const env = { LIBTORCH: fakeLibtorch(at('explicit')) };
    expect(thrownBy(() => locateLibtorch(options(env, { device: 'cuda' })))).toMatchObject({
      code: 'ERR_TORCH_LIBRARY_MISSING',
      message: expect.stringMatching(/no libtorch_cuda\..*CPU only/),
    });
  });
});

test('a version out of range is passed over elsewhere', () => {
  platformPackage('2.15.0');
  fakeLibtorch(at('cache', 'libtorch-2.13.0-cpu'));
  const { found, passedOver } = locateLibtorch(options());
  expect(found?.source).toBe('cache');
  expect(passedOver[1]?.reason).toMatch(/is libtorch 2\.15\.0, and metatorch supports/);
});

test('a version that the addon was not built for is passed over, a patch release is not', () => {
  platformPackage('2.12.0');
  fakeLibtorch(at('cache', 'libtorch-2.13.7-cpu'), '2.13.7');
  const { found, passedOver } = locateLibtorch(options({}, { builtFor: '2.13.0' }));
  expect(found?.version).toBe('2.13.7');
  expect(passedOver[1]?.reason).toMatch(/is libtorch 2\.12\.0, and the addon was built for 2\.13$/);
});

test('a folder that does not tell its version is passed over', () => {
  record(fakeLibtorch(at('recorded')));
  rmSync(at('recorded', 'include', 'torch'), { recursive: true });
  const { found, passedOver } = locateLibtorch(options());
  expect(found).toBeUndefined();
  expect(passedOver[2]?.reason).toMatch(/no file in .* states its version/);
});

test('a record that is damaged or points to nothing is passed over', () => {
  const reason = () => locateLibtorch(options()).passedOver[2]?.reason;
  record(at('gone'));
  expect(reason()).toBe(`${at('gone')} does not exist`);
  record(7);
  expect(reason()).toMatch(/names no root/);
});

test('in the cache the default version goes first, then the newest supported one', () => {
  const version = () => locateLibtorch(options()).found?.version;
  for (const release of ['2.9.0', '2.11.0', '2.14.0', '2.12.1']) {
    fakeLibtorch(at('cache', `libtorch-${release}-cpu`), release);
  }
  expect(version()).toBe('2.14.0');
  fakeLibtorch(at('cache', 'libtorch-2.13.0-cpu'));
  expect(version()).toBe('2.13.0');
});

test('the cache follows XDG_CACHE_HOME where METATORCH_CACHE is not set', () => {
  fakeLibtorch(at('xdg', 'metatorch', 'libtorch-2.13.0-cpu'));
  const env = { METATORCH_CACHE: '', XDG_CACHE_HOME: at('xdg') };
  expect(locateLibtorch(options(env)).found?.root).toBe(
    at('xdg', 'metatorch', 'libtorch-2.13.0-cpu'),
  );
});

test('CUDA takes CUDA builds only; the CPU is content with one that was recorded', () => {
  platformPackage();
  emptyPlatformPackage('-cuda');
  fakeLibtorch(at('cache', 'libtorch-2.13.0-cpu'));
  const cuda = () => locateLibtorch(options({}, { device: 'cuda' }));
  expect(cuda().found).toBeUndefined();
  fakeLibtorch(at('cache', 'libtorch-2.13.0-cuda', 'torch'), '2.13.0', 'cuda');
  expect(cuda().found).toMatchObject({
    source: 'cache',
    flavour: 'cuda',
    root: at('cache', 'libtorch-2.13.0-cuda', 'torch'),
  });
  platformPackage('2.13.0', '-cuda');
  expect(cuda().found).toMatchObject({ source: 'platform package', flavour: 'cuda' });
  rmSync(at('package', 'node_modules'), { recursive: true });
  record(fakeLibtorch(at('recorded'), '2.13.0', 'cuda'));
  expect(locateLibtorch(options()).found).toMatchObject({ source: 'recorded', flavour: 'cuda' });
});

test('headers are optional unless they are needed', () => {
  platformPackage();
  rmSync(at('package', 'node_modules', '@metatorch', `libtorch-${PLATFORM}`, 'include'), {
    recursive: true,
  });
  writeFiles(at('package', 'node_modules', '@metatorch', `libtorch-${PLATFORM}`), {
    'build-version': '2.13.0+cpu\n',
  });
  expect(locateLibtorch(options()).found).toMatchObject({ includeDir: undefined });
  const { found, passedOver } = locateLibtorch(options({}, { headers: true }));
  expect(found).toBeUndefined();
  expect(passedOver[1]?.reason).toMatch(/include does not hold libtorch's C\+\+ headers/);
});

test('where libtorch is required, its absence names every place and the cure', () => {
  const error = thrownBy(() => requireLibtorch(options({}, { device: 'cuda' })));
  expect(error).toMatchObject({
    code: 'ERR_TORCH_LIBRARY_MISSING',
    message: expect.stringContaining('npx metatorch libtorch install --cuda'),
  });
  for (const source of ['LIBTORCH', 'platform package', 'recorded', 'cache', 'python']) {
    expect(error).toMatchObject({ message: expect.stringContaining(`\n  ${source}: `) });
  }
});

(process.platform === 'linux' ? test : test.skip)(
  'a library that has lost its end is passed over, and named where there is no other',
  () => {
    const library = join(platformPackage(), 'lib', sharedLibrary('torch_cpu'));
    copyFileSync(addonPath(), library);
    truncateSync(library, 1000);
    expect(thrownBy(() => requireLibtorch(options()))).toMatchObject({
      code: 'ERR_TORCH_LIBRARY_MISSING',
      message: expect.stringContaining(`platform package: ${library} is cut off: it has 1000 of `),
    });
  },
);

(PUBLISHED_PLATFORMS.includes(PLATFORM) ? test : test.skip)(
  'for the CPU the package that npm may have left out is named first',
  () => {
    expect(thrownBy(() => requireLibtorch(options()))).toMatchObject({
      message: expect.stringContaining(
        `Run \`npm install @metatorch/libtorch-${PLATFORM}\`, which npm leaves out with \`--omit=optional\``,
      ),
    });
  },
);

test('METATORCH_DEVICE is cpu, cuda or an error', () => {
  expect(requestedDevice({})).toBe('cpu');
  expect(requestedDevice({ METATORCH_DEVICE: 'cuda' })).toBe('cuda');
  expect(thrownBy(() => requestedDevice({ METATORCH_DEVICE: 'tpu' }))).toMatchObject({
    code: 'ERR_TORCH_DEVICE',
    message: "Expected cpu or cuda for METATORCH_DEVICE but received string 'tpu'",
  });
});

test.each([undefined, null, 'cpu', {}, { device: 'tpu' }, { device: 7 }])(
  'refuses %j as options',
  (options) => {
    const locate = () => Reflect.apply(locateLibtorch, undefined, [options]);
    expect(locate).toThrow(expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }));
    expect(locate).toThrow(/Expected .* of locateLibtorch but received/);
  },
);
