#!/usr/bin/env node
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { buildNative } = require('./build-native');
const { deviceFrom, obtainLibtorch } = require('./support/libtorch');
const { withLock } = require('./support/lock');
const { inRoot } = require('./support/paths');
const { runMain, runVisibly, SetupError } = require('./support/run');
const { stage } = require('./support/stages');
const { checkTools } = require('./support/tools');
const { buildTypeScript } = require('./support/typescript');

/** A build of its own: what build/Release holds stays as it is. */
const SANITIZED = {
  folder: 'build/asan',
  flags: [
    '-O1',
    '-g1',
    '-fno-omit-frame-pointer',
    '-fsanitize=address,undefined',
    '-fno-sanitize-recover=all',
  ],
};

// Both before all else, and the library whose functions they stand in for.
const RUNTIMES = ['libasan.so', 'libubsan.so', 'libstdc++.so'];

// These measure resident memory, where the sanitizer keeps what is freed for a while, or the pool of
// large blocks, which such a build leaves out.
const MEASURE_MEMORY = [
  'keeps what large tensors held for the next ones',
  'one million tensors leave resident memory where it was',
  'a worker terminated inside autocast takes its converted weights with it',
  '20,000 calls leave no tensors, and nothing that grows',
];

/**
 * The compiler's runtimes, which Node has to start with: its own program is not instrumented.
 *
 * @param {string} compiler
 * @throws SetupError that says what is missing
 */
function findRuntimes(compiler) {
  if (process.platform !== 'linux') {
    throw new SetupError(`The sanitizers are used on Linux only, and this is ${process.platform}`);
  }
  return RUNTIMES.map((name) => {
    const found = spawnSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' });
    const file = found.stdout?.trim() ?? '';
    if (path.isAbsolute(file)) return file;
    throw new SetupError(
      `No sanitizer runs here: ${compiler} has no ${name}. It comes with g++ (apt-get install g++); CXX names another compiler`,
    );
  });
}

/**
 * @param {readonly string[]} runtimes
 * @param {boolean} leaks whether what nobody holds at the end is an error
 */
function environment(runtimes, leaks) {
  const asan = {
    detect_leaks: Number(leaks),
    // Tests ask for more memory than there is, and expect an error.
    allocator_may_return_null: 1,
  };
  const text = Object.entries(asan).map(([name, value]) => `${name}=${value}`);
  return {
    ...process.env,
    LD_PRELOAD: runtimes.join(':'),
    ASAN_OPTIONS: text.join(':'),
    UBSAN_OPTIONS: 'print_stacktrace=1',
    METATORCH_ADDON: inRoot(SANITIZED.folder, 'Release', 'metatorch.node'),
  };
}

/**
 * The runs, in order: the torch layer's tests, threads and processes that are ended in the middle of
 * native work, and a script that uses everything and then looks for leaks.
 *
 * @returns {{ name: string, args: string[], leaks: boolean }[]}
 */
function runs() {
  const tests = ['test/torch', 'test/native.test.ts', 'test/workers.test.ts'];
  const pattern = `^(?!.*(${MEASURE_MEMORY.join('|')}))`;
  const jest = inRoot('node_modules', 'jest', 'bin', 'jest.js');
  const bench = inRoot('scripts', 'run-bench.js');
  const soak = [bench, '../test/slow/soak-workers', '--count', '3'];
  return [
    { name: 'tests', args: [jest, '-i', '-t', pattern, ...tests], leaks: false },
    { name: 'ended in the middle', args: soak, leaks: false },
    { name: 'leaks', args: [inRoot('test', 'slow', 'support', 'exercise.js')], leaks: true },
  ];
}

/**
 * Builds the addon with AddressSanitizer and UndefinedBehaviorSanitizer and runs what uses it. Any
 * finding in the addon, or a leak that goes through it, ends the run that it is in with a report.
 */
async function testWithSanitizers() {
  checkTools();
  process.env.CXX ||= 'g++';
  const runtimes = findRuntimes(process.env.CXX);
  await withLock(async () => {
    await stage('TypeScript', buildTypeScript);
    const { libtorch } = await stage('libtorch', () => obtainLibtorch(deviceFrom()));
    await stage('sanitized addon', () => buildNative(libtorch, SANITIZED));
  });
  let failed = 0;
  for (const { name, args, leaks } of runs()) {
    const env = environment(runtimes, leaks);
    const status = await runVisibly(process.execPath, args, { env });
    console.log(`${name}: ${status === 0 ? 'no findings' : `failed with exit status ${status}`}`);
    if (status !== 0) failed++;
  }
  return failed > 0 ? 1 : 0;
}

runMain(testWithSanitizers);
