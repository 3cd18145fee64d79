const path = require('node:path');
const { both, BOTH, MODULES } = require('./derivative');

/**
 * A project that another package manager installs, in a folder beside this one.
 *
 * @param {string} name @param {string} script of the package manager, in node_modules
 * @param {(registry: string) => string} settings code that writes them
 * @param {readonly string[]} run before the program
 * @returns {import('./derivative').Program}
 */
function managed(name, script, settings, run) {
  const folder = path.join('..', name.replace(' ', '-'));
  const manager = `process.execPath, [path.resolve('${MODULES}/${script}')`;
  const stem = name.replace(' ', '-');
  return {
    name,
    files: {
      [`${stem}.build.cjs`]: `const fs = require('node:fs');
const path = require('node:path');
const registry = process.env.npm_config_registry;
const folder = ${JSON.stringify(folder)};
fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder);
const write = (name, text) => fs.writeFileSync(path.join(folder, name), text);
write('package.json', '{ "private": true, "dependencies": { "metatorch": "*" } }');
write('program.cjs', ${JSON.stringify(both("require('metatorch')"))});
${settings('registry')}
const { status } = require('node:child_process').spawnSync(${manager}, 'install'], { cwd: folder, stdio: 'inherit' });
process.exitCode = status ?? 1;`,
      [`${stem}.run.cjs`]: `const path = require('node:path');
const args = ${JSON.stringify(run)}.map((name) => (name === '.' ? path.resolve('${MODULES}/${script}') : name));
const { status } = require('node:child_process').spawnSync(process.execPath, args, { cwd: ${JSON.stringify(folder)}, stdio: 'inherit' });
process.exitCode = status ?? 1;`,
    },
    build: [`${stem}.build.cjs`],
    command: [`${stem}.run.cjs`],
    expected: BOTH,
    node: '22',
  };
}

/** Projects with other package managers. @type {readonly import('./derivative').Program[]} */
const MANAGED = [
  managed(
    'pnpm',
    'pnpm/bin/pnpm.mjs',
    (registry) => `write('.npmrc', 'registry=' + ${registry} + '\\nignore-scripts=true\\n');
write('pnpm-workspace.yaml', 'minimumReleaseAge: 0\\n');`,
    ['program.cjs'],
  ),
  managed(
    'Yarn PnP',
    '@yarnpkg/cli-dist/bin/yarn.js',
    (registry) => `write('yarn.lock', '');
write('.yarnrc.yml', JSON.stringify({
  nodeLinker: 'pnp', enableScripts: false, enableTelemetry: false, enableGlobalCache: false,
  npmMinimalAgeGate: 0, npmRegistryServer: ${registry}, unsafeHttpWhitelist: ['127.0.0.1'],
}));`,
    ['.', 'node', 'program.cjs'],
  ),
];

module.exports = { MANAGED };
