#!/usr/bin/env node
const fs = require('node:fs');
const path = require('node:path');
const { inRoot } = require('./support/paths');
const { run, runMain, SetupError } = require('./support/run');

/**
 * The newest versions that a released binary may ask for. glibc 2.28 is what libtorch's wheels ask for
 * (manylinux_2_28). libstdc++ is that of GCC 8, which distributions with that glibc have; libtorch
 * itself asks for GLIBCXX_3.4.22 and CXXABI_1.3.11.
 *
 * @satisfies {Record<string, string>}
 */
const BOUNDS = {
  GLIBC: '2.28',
  GLIBCXX: '3.4.25',
  CXXABI: '1.3.11',
  GCC: '7.0.0',
  // Those of the libgomp that comes with libtorch.
  GOMP: '5.0',
  OMP: '5.0',
};

/** @param {string} a @param {string} b whether a is newer than b */
function isNewer(a, b) {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/**
 * The symbols that a binary takes from elsewhere, out of what `readelf -W --dyn-syms` prints.
 *
 * @param {string} listing
 * @returns {{ name: string, library?: string, version?: string }[]}
 */
function wantedSymbols(listing) {
  return listing.split('\n').flatMap((line) => {
    const symbol = /\sUND\s+(\S+)/.exec(line)?.[1];
    if (symbol === undefined) return [];
    const [name = '', versioned] = symbol.split('@');
    const [, library, version] = /^([A-Z]+)_([\d.]+)$/.exec(versioned ?? '') ?? [];
    if (library === undefined || version === undefined) return [{ name }];
    return [{ name, library, version }];
  });
}

/**
 * What a binary asks for beyond the bounds, in words.
 *
 * @param {string} listing what `readelf -W --dyn-syms` prints
 * @returns {string[]}
 */
function beyondBounds(listing) {
  return wantedSymbols(listing).flatMap(({ name, library, version }) => {
    if (library === undefined || version === undefined) return [];
    const bound = Object.entries(BOUNDS).find(([key]) => key === library)?.[1];
    if (bound === undefined) return [`${name} of ${library}_${version}, a library without a bound`];
    return isNewer(version, bound) ? [`${name} of ${library}_${version}, beyond ${bound}`] : [];
  });
}

/** @param {string} file */
async function dynamicSymbols(file) {
  const { status, output } = await run('readelf', ['-W', '--dyn-syms', file]);
  if (status !== 0) throw new SetupError(`readelf cannot read ${file}: ${output.trim()}`);
  return output;
}

/**
 * Refuses binaries that would not load on the oldest supported Linux.
 *
 * @param {readonly string[]} files
 * @throws SetupError that names each symbol
 */
async function checkSymbols(files) {
  /** @type {string[]} */
  const problems = [];
  for (const file of files) {
    const found = beyondBounds(await dynamicSymbols(file));
    problems.push(...found.map((problem) => `  ${path.basename(file)}: ${problem}`));
  }
  if (problems.length === 0) return;
  throw new SetupError(
    `The binaries ask for more than the oldest supported Linux has. native/glibc/ is the place for a function whose version has changed:\n${problems.join('\n')}`,
  );
}

/** @param {string} folder */
function binariesIn(folder) {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  return names
    .filter((name) => /\.(node|so[.\d]*)$/.test(name))
    .map((name) => path.join(folder, name));
}

if (require.main === module) {
  runMain(async () => {
    const given = process.argv.slice(2);
    const files = given.length > 0 ? given : binariesIn(inRoot('build', 'Release'));
    if (files.length === 0) throw new SetupError('There is no binary in build/Release');
    await checkSymbols(files);
    const { GLIBC, GLIBCXX, CXXABI } = BOUNDS;
    console.log(
      `${files.length} binaries ask for at most glibc ${GLIBC}, GLIBCXX ${GLIBCXX}, CXXABI ${CXXABI}`,
    );
  });
}

module.exports = { beyondBounds, binariesIn, checkSymbols };
