import { diagnose, type Probes } from '../../lib/cli/diagnose';
import { report } from '../../lib/cli/doctor';
import { TorchError } from '../../lib/errors';
import type { Libtorch } from '../../lib/libtorch';
import { type Platform, platformError, platformProblem } from '../../lib/platform';

const LIBTORCH: Libtorch = {
  root: '/torch',
  libDir: '/torch/lib',
  includeDir: undefined,
  version: '2.13.0',
  flavour: 'cpu',
  source: 'cache',
};

const PLATFORM: Platform = { system: 'linux', processor: 'x64', libc: 'glibc', glibc: '2.36' };

const RUNTIME = {
  torchVersion: '2.13.0',
  devices: ['cpu'],
  numThreads: 2,
  numInteropThreads: 1,
  waitPolicy: 'passive',
  compiler: '12.2.0',
  napiVersion: 8,
  cudaError: undefined,
};

/** Probes of a machine where all is well, but for what the test replaces. */
function probes(replaced: Partial<Probes> = {}): Probes {
  return {
    platform: () => PLATFORM,
    device: () => 'cpu',
    locate: () => ({
      found: LIBTORCH,
      passedOver: [{ source: 'LIBTORCH', reason: 'not set' }],
    }),
    addonPath: () => '/addon.node',
    addonBuildVersion: () => '2.13.0',
    runtime: () => RUNTIME,
    encoder: () => 'use-lite 0.1.0 at /encoder',
    ...replaced,
  };
}

function fail(message: string): () => never {
  return () => {
    throw new TorchError('ERR_TORCH_LIBRARY_LOAD', message);
  };
}

test('where all is well there is no problem, and the report tells the facts', () => {
  const diagnosis = diagnose(probes(), '22.1.0');
  expect(diagnosis.problems).toEqual([]);
  const text = report(diagnosis);
  for (const part of [
    'on Node.js 22.1.0, linux x64, glibc 2.36',
    '/addon.node (built for libtorch 2.13.0, compiler 12.2.0, Node-API 8)',
    '2.13.0 cpu at /torch (from cache)',
    'not LIBTORCH: not set',
    '2 in an operator, 1 between operators',
    'wait policy is passive',
    'encoder    use-lite 0.1.0 at /encoder',
    'Nothing is wrong.',
  ]) {
    expect(text).toContain(part);
  }
});

test('a long path leaves what is said of it a line of its own', () => {
  const addonPath = `/${'folder/'.repeat(6)}addon.node`;
  const text = report(diagnose(probes({ addonPath: () => addonPath }), '22.1.0'));
  expect(text).toContain(
    `\naddon      ${addonPath}\n           built for libtorch 2.13.0, compiler`,
  );
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test.each<[string, Partial<Probes>, RegExp, RegExp]>([
  ['a missing addon', { addonPath: fail('no addon') }, /no addon/, /npm run setup/],
  ['a damaged addon', { addonBuildVersion: fail('bad ELF') }, /bad ELF/, /npm run setup/],
  [
    'no libtorch',
    { locate: () => ({ found: undefined, passedOver: [] }) },
    /no libtorch was found for cpu/,
    /metatorch libtorch install`/,
  ],
  ['an invalid LIBTORCH', { locate: fail('LIBTORCH is …') }, /LIBTORCH is …/, /unset it/],
  ['a libtorch that does not load', { runtime: fail('cannot load') }, /cannot load/, /setup/],
  [
    'a libtorch the addon was not built for',
    { addonBuildVersion: () => '2.12.1', runtime: fail('does not match') },
    /does not match/,
    /Use libtorch 2\.12\.x, or rebuild/,
  ],
  ['a wrong device', { device: fail('Expected cpu or cuda') }, /Expected cpu/, /METATORCH_DEVICE/],
  [
    'CUDA that does not load',
    { runtime: () => ({ ...RUNTIME, cudaError: 'no libcudart' }) },
    /no libcudart/,
    /install --cuda/,
  ],
  ['a missing encoder', { encoder: fail('no weights') }, /no weights/, /encoder of their own/],
  ['CUDA without a device', { device: () => 'cuda' }, /no CUDA device/, /nvidia-smi/],
])('%s is one problem with its cure', (_, replaced, problem, cure) => {
  const diagnosis = diagnose(probes(replaced));
  expect(diagnosis.problems).toEqual([
    { problem: expect.stringMatching(problem), cure: expect.stringMatching(cure) },
  ]);
  expect(report(diagnosis)).toMatch(/Wrong: .*\n {2}Fix: /);
});

test.each<Partial<Platform>>([
  { system: 'darwin', processor: 'arm64', libc: undefined },
  { libc: 'musl', glibc: undefined },
  { glibc: '2.17' },
])('a platform without a build is one problem, with the cure that the error names: %j', (other) => {
  const platform = { ...PLATFORM, ...other };
  const problem = platformProblem(platform);
  if (problem === undefined) throw new Error('expected a problem');
  const addonPath = () => {
    throw platformError(problem);
  };
  const diagnosis = diagnose(probes({ platform: () => platform, addonPath }));
  expect(diagnosis.problems).toEqual([problem]);
});

test('CUDA devices are told one by one, and are no problem', () => {
  const devices = ['cpu', 'cuda:0', 'cuda:1'];
  const cuda = probes({ device: () => 'cuda', runtime: () => ({ ...RUNTIME, devices }) });
  expect(diagnose(cuda).problems).toEqual([]);
  expect(report(diagnose(cuda))).toContain('cpu, cuda:0, cuda:1');
});

test('without libtorch nothing is loaded', () => {
  let loaded = false;
  const runtime = () => {
    loaded = true;
    return RUNTIME;
  };
  diagnose(probes({ locate: () => ({ found: undefined, passedOver: [] }), runtime }));
  expect(loaded).toBe(false);
});

test.each([
  ['20.18.9', 1],
  ['20.19.0', 0],
  ['19.99.0', 1],
  ['24.0.0', 0],
])('Node.js %s makes %i problems', (version, count) => {
  expect(diagnose(probes(), version).problems).toHaveLength(count);
});
