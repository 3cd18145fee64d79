import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { addonPath } from '../../../lib/addon-path';
import { DEFAULT_VERSION } from '../../../lib/libtorch';
import { PUBLISHED_PLATFORMS } from '../../../lib/platform';
import { checkPackage } from '../../../scripts/release/check-package.js';
import { pack, rehearsePublication } from '../../../scripts/release/npm.js';
import { libtorchRules, metatorchRules } from '../../../scripts/release/rules.js';
import { recipeOf, sha256Of, stageLibtorch } from '../../../scripts/release/stage-libtorch.js';
import { publishedManifest, stageMetatorch } from '../../../scripts/release/stage-metatorch.js';
import { temporaryFolder, writeFiles } from '../../helpers/folders';

const ROOT = join(__dirname, '..', '..', '..');
const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder(), ...parts);
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

const PROJECT = {
  description: 'a fixture',
  repository: { type: 'git', url: 'git+https://example.com/fixture.git' },
  homepage: 'https://example.com/fixture',
  bugs: 'https://example.com/fixture/issues',
};
const MANIFEST = {
  ...PROJECT,
  name: '@metatorch/libtorch-fixture',
  version: '2.13.0',
  license: 'SEE LICENSE IN NOTICE',
  main: 'index.js',
  engines: { node: '>=20' },
  os: ['linux'],
  cpu: ['x64'],
  libc: ['glibc'],
};

/** A package for a libtorch that consists of the addon alone. */
async function libtorchFixture() {
  const library = at('libtorch', 'lib', 'libc10.so');
  writeFiles(at('libtorch'), {
    'build-version': '2.13.0+cpu\n',
    LICENSE: 'BSD',
    'third_party/fmt/LICENSE': 'MIT',
  });
  mkdirSync(at('libtorch', 'lib'));
  copyFileSync(addonPath(), library);
  const recipe = { version: '2.13.0', libraries: { 'lib/libc10.so': await sha256Of(library) } };
  writeFiles(at('source'), {
    'package.json': JSON.stringify(MANIFEST),
    'index.js': 'exports.root = __dirname;',
    'libtorch.json': JSON.stringify(recipe),
    NOTICE: 'notice',
    'README.md': 'read me',
  });
  return { source: at('source'), libtorch: at('libtorch'), target: at('target') };
}

function filesBelow(root: string): string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => relative(root, join(entry.parentPath, entry.name))).sort();
}

test('the package with libtorch holds stripped libraries and all licences, packs and publishes', async () => {
  const places = await libtorchFixture();
  await stageLibtorch(places);
  expect(filesBelow(at('target'))).toEqual([
    'LICENSE',
    'NOTICE',
    'README.md',
    'build-version',
    'index.js',
    'lib/libc10.so',
    'licenses/fmt/LICENSE',
    'package.json',
  ]);
  expect(statSync(at('target', 'lib/libc10.so')).size).toBeLessThan(statSync(addonPath()).size);
  const packed = await pack(at('target'), at('out'));
  expect(packed.name).toBe(MANIFEST.name);
  checkPackage(MANIFEST, packed, libtorchRules(recipeOf(places.source)));
  await rehearsePublication(at('out', packed.filename));
});

test('another build of libtorch is refused', async () => {
  const places = await libtorchFixture();
  writeFiles(at('libtorch', 'lib'), { 'libc10.so': 'another' });
  await expect(stageLibtorch(places)).rejects.toThrow(/sha256 of .*libc10\.so is .*, expected /);
});

const LIBTORCH = { name: '@metatorch/libtorch-linux-x64', version: '2.13.0' };
const DATA = { name: '@metatorch/data-fixture', version: '0.1.0' };
const BESIDE = { platformPackages: [LIBTORCH], dataPackages: [DATA], platforms: ['linux-x64'] };

/** A checkout with the least that the package metatorch is made from. */
function checkoutFixture() {
  writeFiles(at('root'), {
    'package.json': JSON.stringify({
      name: 'metatorch',
      version: '1.2.3',
      license: 'Apache-2.0',
      ...PROJECT,
      main: 'dist/index.js',
      bin: { metatorch: 'dist/cli/main.js' },
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
      files: ['dist'],
      engines: { node: '>=20' },
      binary: { napi_versions: [8] },
      scripts: { prepack: 'false' },
      dependencies: { zod: '1.0.0' },
      devDependencies: { jest: '1.0.0' },
      optionalDependencies: { other: '^1.0.0' },
    }),
    'data/intents/en.json': '[]',
    'docs/torch.md': '#',
    'CHANGELOG.md': '#',
    LICENSE: 'Apache',
    'README.md': '#',
  });
  writeFiles(at('dist'), {
    'index.js': 'exports.a = 1;',
    'index.d.ts': `import type { A } from './a';\nexport declare const b: import('./b/index.js').B | A;`,
    'a.d.ts': "export * from './c';",
    'b/index.d.ts': 'export type B = 1;',
    'c.d.ts': "import type { A } from './a';\nimport 'node:fs';\nexport type C = A;",
    'unreachable.d.ts': "export * from './a';",
    'unreachable.js': '',
    'index.js.map': '{}',
    '.metatorch-stamp': 'digest',
    'cli/main.js': '#!/usr/bin/env node',
    'serve/playground/public/index.html': '<html>',
  });
  writeFiles(at('prebuilds', 'linux-x64'), {
    'metatorch.node': 'a',
    'libmetatorch.so': 'b',
    'libmetatorch_distributed.so': 'c',
  });
  return {
    root: at('root'),
    dist: at('dist'),
    prebuilds: at('prebuilds'),
    platformPackages: [LIBTORCH],
    dataPackages: [DATA],
    target: at('target'),
  };
}

test('the package metatorch holds code, binaries and data, and wants libtorch exactly', async () => {
  stageMetatorch(checkoutFixture());
  const manifest = read(at('target', 'package.json'));
  expect(manifest.optionalDependencies).toEqual({ other: '^1.0.0', [LIBTORCH.name]: '2.13.0' });
  expect(manifest.dependencies).toEqual({ zod: '1.0.0', [DATA.name]: '0.1.0' });
  for (const name of ['scripts', 'devDependencies', 'files', 'binary']) {
    expect(manifest).not.toHaveProperty(name);
  }
  const packed = await pack(at('target'), at('out'));
  checkPackage(manifest, packed, metatorchRules(BESIDE));
  await rehearsePublication(at('out', packed.filename));
});

test('declarations that no entry leads to are left out', () => {
  stageMetatorch(checkoutFixture());
  const dist = filesBelow(at('target', 'dist'));
  const declarations = dist.filter((name) => name.endsWith('.d.ts'));
  expect(declarations).toEqual(['a.d.ts', 'b/index.d.ts', 'c.d.ts', 'index.d.ts']);
  expect(dist).toContain('unreachable.js');
});

describe('a package is refused', () => {
  const rules = metatorchRules(BESIDE);
  const complete = () => {
    const files = [...rules.files, 'dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js'];
    return { size: 2e6, files: files.map((path) => ({ path, size: 1 })) };
  };
  const manifest = () =>
    publishedManifest(read(join(checkoutFixture().root, 'package.json')), BESIDE);

  test('never if it is complete', () => {
    checkPackage(manifest(), complete(), rules);
  });

  test.each([
    'prebuilds/linux-x64/libmetatorch.so',
    'prebuilds/linux-x64/libmetatorch_distributed.so',
    'prebuilds/linux-x64/metatorch.node',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/cli/main.js',
    'LICENSE',
  ])('without %s', (name) => {
    const packed = complete();
    packed.files = packed.files.filter(({ path }) => path !== name);
    expect(() => checkPackage(manifest(), packed, rules)).toThrow(`${name} is missing`);
  });

  test('with an empty binary', () => {
    const packed = complete();
    packed.files = packed.files.map((file) =>
      file.path.endsWith('.node') ? { ...file, size: 0 } : file,
    );
    expect(() => checkPackage(manifest(), packed, rules)).toThrow('metatorch.node is empty');
  });

  test.each([
    'native/binding/loader.cc',
    'scripts/setup.js',
    'CMakeLists.txt',
    'dist/index.js.map',
    'dist/.metatorch-stamp',
    'lib/index.ts',
    'dist/torch/index.ts',
    'node_modules/zod/index.js',
  ])('with %s', (path) => {
    const packed = complete();
    packed.files.push({ path, size: 1 });
    expect(() => checkPackage(manifest(), packed, rules)).toThrow(`${path} does not belong there`);
  });

  test('that is too large', () => {
    const packed = { ...complete(), size: 10.4e6 };
    expect(() => checkPackage(manifest(), packed, rules)).toThrow(
      '10.4 MB packed, more than 10 MB',
    );
  });

  test.each([undefined, '^2.13.0', '2.12.0'])('that wants libtorch at %s', (version) => {
    const optionalDependencies = version === undefined ? {} : { [LIBTORCH.name]: version };
    const other = { ...manifest(), optionalDependencies };
    expect(() => checkPackage(other, complete(), rules)).toThrow(
      `it wants ${LIBTORCH.name} ${version ?? 'not at all'}, and 2.13.0 is there`,
    );
  });

  test.each(['preinstall', 'install', 'postinstall', 'prepare'])('with a script %s', (name) => {
    const other = { ...manifest(), scripts: { [name]: 'true' } };
    expect(() => checkPackage(other, complete(), rules)).toThrow(`it has the script ${name}`);
  });

  test.each(['repository', 'homepage', 'bugs'])('without its %s', (name) => {
    const { [name]: _, ...other } = { ...manifest() } as Record<string, unknown>;
    expect(() => checkPackage(other, complete(), rules)).toThrow(`its manifest has no ${name}`);
  });

  test('of libtorch without the platforms that it is for', () => {
    const { libc: _, ...other } = MANIFEST;
    const recipe = { version: '2.13.0', libraries: {} };
    expect(() => checkPackage(other, complete(), libtorchRules(recipe))).toThrow('no libc');
  });
});

test('a checkout is not packed', () => {
  const packing = spawnSync('npm', ['pack', '--dry-run'], { cwd: ROOT, encoding: 'utf8' });
  expect(packing.status).not.toBe(0);
  expect(packing.stderr).toContain('`npm run release` builds the packages');
});

describe.each(PUBLISHED_PLATFORMS)('packages/libtorch-%s', (platform) => {
  const source = join(ROOT, 'packages', `libtorch-${platform}`);
  const manifest = read(join(source, 'package.json'));
  const [system, processor] = platform.split('-');

  test('is named for its platform, and its version is that of libtorch', () => {
    expect(manifest).toMatchObject({
      name: `@metatorch/libtorch-${platform}`,
      os: [system],
      cpu: [processor],
      libc: ['glibc'],
    });
    const minor = (version: string) => version.split('.').slice(0, 2);
    expect(recipeOf(source).version).toBe(DEFAULT_VERSION);
    expect(minor(manifest.version)).toEqual(minor(DEFAULT_VERSION));
  });

  test('names every library for tools that trace files', () => {
    const { root, files } = require(source);
    expect(root).toBe(source);
    const names = files.map((file: string) => relative(source, file)).sort();
    expect(names).toEqual(['build-version', ...Object.keys(recipeOf(source).libraries)].sort());
  });

  test('has the texts of the licences that libtorch itself does not bring', () => {
    for (const name of ['GPL-3.0.txt', 'Intel-Simplified-Software-License.txt']) {
      expect(existsSync(join(source, 'licenses', name))).toBe(true);
    }
  });
});
