#!/usr/bin/env node
const fs = require('node:fs');
const path = require('node:path');
const { obtainLibtorch, deviceFrom } = require('./support/libtorch');
const { withLock } = require('./support/lock');
const { inRoot, npmProgram, ROOT } = require('./support/paths');
const { lastLines, run, runMain, SetupError } = require('./support/run');
const { stage } = require('./support/stages');
const { digestOf, filesBelow, installedVersion, readText, writeText } = require('./support/stamps');
const { checkTools } = require('./support/tools');

const JOBS = 2;
const NOTE_EVERY_MS = 15_000;

/** @typedef {import('./support/libtorch').Libtorch} Libtorch */

/**
 * Where a build lies, relative to the repository, and how it is compiled.
 *
 * @typedef {{ folder: string, flags: readonly string[] }} Profile
 */

/** The flags are CMake's own for a release. @type {Profile} */
const RELEASE = { folder: 'build', flags: ['-O3', '-DNDEBUG'] };

/**
 * What the binaries are made from. A change of the configuration, which CMake remembers in its
 * cache, needs a fresh start; a change of the sources only a build.
 *
 * @param {Libtorch} libtorch
 * @param {Profile} profile
 */
function currentState(libtorch, profile) {
  const { root, version, flavour } = libtorch;
  const packages = ['cmake-js', 'node-addon-api', 'node-api-headers'].map(installedVersion);
  const compiler = [process.env.CXX, process.env.CXXFLAGS];
  const facts = [ROOT, version, flavour, packages, compiler, cmakeOptions(root, profile)];
  return {
    configuration: digestOf(['CMakeLists.txt'], facts),
    sources: digestOf(filesBelow('native', /./)),
  };
}

/**
 * CMake's variables. The binaries carry no path of this machine, so that they can be given away: no
 * rpath, since the loader opens libtorch by its path, and file names in libtorch's checks that are
 * relative to their roots.
 *
 * @param {string} root of libtorch
 * @param {Profile} profile
 */
function cmakeOptions(root, profile) {
  const maps = [`-ffile-prefix-map=${root}=libtorch`, `-ffile-prefix-map=${ROOT}=metatorch`];
  // cmake-js overwrites CMAKE_CXX_FLAGS itself.
  const flags = [...profile.flags, ...maps].join(' ');
  const variables = { LIBTORCH: root, CMAKE_SKIP_RPATH: 'ON', CMAKE_CXX_FLAGS_RELEASE: flags };
  return Object.entries(variables).map(([name, value]) => `--CD${name}=${value}`);
}

/** @param {Profile} profile */
function binariesAreThere({ folder }) {
  const suffix = process.platform === 'darwin' ? 'dylib' : 'so';
  const files = ['metatorch.node', `libmetatorch.${suffix}`];
  return files.every((file) => fs.existsSync(inRoot(folder, 'Release', file)));
}

/**
 * Removes what CMake keeps, and nothing else: `cmake-js rebuild` would remove all of build/.
 *
 * @param {Profile} profile
 */
function forgetConfiguration({ folder }) {
  const names = ['CMakeCache.txt', 'CMakeFiles', 'build.ninja', 'Makefile', 'Release'];
  for (const name of names) fs.rmSync(inRoot(folder, name), { recursive: true, force: true });
}

/** Prints how far Ninja or make has come, but not more often than people want to read it. */
function progressPrinter() {
  let next = performance.now() + NOTE_EVERY_MS;
  /** @param {string} line */
  return (line) => {
    const step = /^\[\s*(\d+\/\d+|\d+%)\]/.exec(line)?.[1];
    if (step === undefined || performance.now() < next) return;
    console.log(`  compiled ${step.replace('/', ' of ')}`);
    next = performance.now() + NOTE_EVERY_MS;
  };
}

/**
 * @param {string} command
 * @param {string} root of libtorch
 * @param {Profile} profile
 */
async function cmakeJs(command, root, profile) {
  const args = [command, '--directory', ROOT, '--out', inRoot(profile.folder)];
  args.push('--config', 'Release', '--parallel', String(JOBS), ...cmakeOptions(root, profile));
  const logFile = inRoot(profile.folder, 'native-build.log');
  const options = { logFile, onLine: progressPrinter() };
  const { status, output } = await run(npmProgram('cmake-js'), args, options);
  if (status !== 0) {
    const log = path.relative(ROOT, logFile);
    throw new SetupError(`The native build failed (all of it is in ${log}):\n${lastLines(output)}`);
  }
}

/**
 * Builds Release/metatorch.node and libmetatorch.so in the profile's folder if anything they are made
 * from changed.
 *
 * @param {Libtorch} libtorch
 * @param {Profile} [profile]
 * @returns {Promise<import('./support/stages').Outcome>}
 */
async function buildNative(libtorch, profile = RELEASE) {
  const { folder } = profile;
  const stamp = inRoot(folder, 'native-stamp.json');
  const state = currentState(libtorch, profile);
  const previous = JSON.parse(readText(stamp) ?? '{}');
  const isConfigured = previous.configuration === state.configuration;
  if (isConfigured && previous.sources === state.sources && binariesAreThere(profile)) {
    return { skipped: true };
  }
  fs.rmSync(stamp, { force: true });
  writeText(inRoot(folder, 'native-build.log'), '');
  console.log('native addon: building, which takes a minute or two the first time');
  if (!isConfigured) {
    forgetConfiguration(profile);
    await cmakeJs('configure', libtorch.root, profile);
  }
  await cmakeJs('build', libtorch.root, profile);
  if (!binariesAreThere(profile)) {
    throw new SetupError(`The native build made no ${folder}/Release/*.node`);
  }
  writeText(stamp, JSON.stringify(state));
  return { skipped: false };
}

if (require.main === module) {
  runMain(async () => {
    checkTools();
    await withLock(async () => {
      const { libtorch } = await stage('libtorch', () => obtainLibtorch(deviceFrom(process.argv)));
      await stage('native addon', () => buildNative(libtorch));
    });
  });
}

module.exports = { buildNative };
