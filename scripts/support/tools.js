const { spawnSync } = require('node:child_process');
const { SetupError } = require('./run');

const NODE_AT_LEAST = '20.19';
const CMAKE_AT_LEAST = '3.18';
const CXX20_PROBE = '#if __cplusplus < 202002L\n#error no C++20\n#endif\n';

/** @param {string} version @param {string} least */
function isAtLeast(version, least) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

/** @param {string} version */
function nodeProblem(version) {
  if (isAtLeast(version, NODE_AT_LEAST)) return undefined;
  return `Node.js ${NODE_AT_LEAST} or newer is needed, this is ${version}: see https://nodejs.org`;
}

function cmakeProblem() {
  const { stdout, error } = spawnSync('cmake', ['--version'], { encoding: 'utf8' });
  const version = error ? undefined : /version (\d+\.\d+)/.exec(stdout)?.[1];
  const cure = 'apt-get install cmake, or brew install cmake';
  if (version === undefined) return `CMake ${CMAKE_AT_LEAST} or newer is missing: ${cure}`;
  if (isAtLeast(version, CMAKE_AT_LEAST)) return undefined;
  return `CMake ${CMAKE_AT_LEAST} or newer is needed, this is ${version}: ${cure}`;
}

/** Asks the compilers that CMake would choose, in its order. */
function compilerProblem() {
  const chosen = process.env.CXX;
  const compilers = chosen ? [chosen] : ['c++', 'g++', 'clang++'];
  const args = ['-std=c++20', '-fsyntax-only', '-x', 'c++', '-'];
  for (const compiler of compilers) {
    if (spawnSync(compiler, args, { input: CXX20_PROBE }).status === 0) return undefined;
  }
  const cure = 'apt-get install g++ (11 or newer), or xcode-select --install';
  return `A C++ compiler that knows C++20 is missing (tried ${compilers.join(', ')}): ${cure}`;
}

/**
 * Looks for what the set-up cannot install itself.
 *
 * @throws SetupError that names all that is missing, each with its cure
 */
function checkTools() {
  const problems = [nodeProblem(process.versions.node), cmakeProblem(), compilerProblem()];
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) {
    throw new SetupError(
      `The set-up cannot start:\n${found.map((line) => `  ${line}`).join('\n')}`,
    );
  }
}

module.exports = { checkTools, isAtLeast, nodeProblem };
