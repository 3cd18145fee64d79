#!/usr/bin/env node
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { npm } = require('../release/npm');
const { release } = require('../release/release');
const { optionOf } = require('../support/arguments');
const { run, runMain, SetupError } = require('../support/run');
const { Consumer } = require('./consumer');
const { installNodes } = require('./nodes');
const { FIRST_PREDICTION, PROGRAMS } = require('./programs');
const { withRegistry } = require('./registry');
const { failures, hasPassed, table, writePage } = require('./report');
const { CHECKERS, REGISTRY, specifiers, TOOLS } = require('./versions');

const FIRST_PREDICTION_LIMIT_S = 60;
/** Of all that npm installs but the packages with libtorch and the default encoder. */
const INSTALLED_LIMIT_MB = 12;

/** @typedef {import('./report').Findings} Findings */

/** Standard output is for the result. @param {string} line */
const say = (line) => console.error(line);

/**
 * The tarballs to rehearse with: those of a folder that `npm run release` has filled, or new ones.
 * Those with libtorch go first, as in a publication.
 */
async function tarballs() {
  const folder = optionOf('packages');
  if (folder === undefined) return release();
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  if (names.length === 0) throw new SetupError(`Expected tarballs in ${folder}`);
  const isMain = (/** @type {string} */ name) => Number(/^metatorch-\d/.test(name));
  names.sort((a, b) => isMain(a) - isMain(b));
  return names.map((name) => path.resolve(folder, name));
}

/** @param {string} parent @param {string} name a new project, with the least of a manifest */
function project(parent, name) {
  const folder = path.join(parent, name);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  return folder;
}

/** @param {string} folder in bytes, links counted once */
function sizeOf(folder) {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.reduce(
    (sum, { parentPath, name }) => sum + fs.statSync(path.join(parentPath, name)).size,
    0,
  );
}

/**
 * From nothing to a prediction, once over the network and once without it.
 *
 * @param {Consumer} consumer @param {string} node @param {string} folder @param {Findings} findings
 */
async function installTwice(consumer, node, folder, findings) {
  const first = project(folder, 'app');
  const online = await consumer.npm(node, ['install', 'metatorch'], first);
  say(`installed in ${online.toFixed(1)} s`);
  const second = project(folder, 'offline');
  const offline = await consumer.npm(node, ['install', '--offline', 'metatorch'], second);
  await consumer.build(node, FIRST_PREDICTION, second);
  const predicted = await consumer.tryProgram(node, FIRST_PREDICTION, second);
  if (!predicted.passed) throw new SetupError(`The first prediction failed:\n${predicted.output}`);
  const value = offline + predicted.seconds;
  const modules = path.join(second, 'node_modules');
  findings.measures.push(
    { name: '`npm install metatorch` with an empty cache', value: online, unit: 's' },
    { name: 'the same with `--offline` and a full cache', value: offline, unit: 's' },
    {
      name: 'from `npm install --offline` to the first prediction',
      value,
      unit: 's',
      limit: FIRST_PREDICTION_LIMIT_S,
    },
    { name: 'size of `node_modules`', value: sizeOf(modules) / 1e6, unit: 'MB' },
    {
      name: 'the same without libtorch and the default encoder',
      value: (sizeOf(modules) - sizeOf(path.join(modules, '@metatorch'))) / 1e6,
      unit: 'MB',
      limit: INSTALLED_LIMIT_MB,
    },
  );
  fs.rmSync(second, { recursive: true });
  return first;
}

/**
 * @param {Consumer} consumer @param {Record<string, string>} nodes @param {string} app
 * @param {Findings} findings
 */
async function tryPrograms(consumer, nodes, app, findings) {
  const wanted = optionOf('only');
  const programs = PROGRAMS.filter(({ name }) => wanted === undefined || name.includes(wanted));
  for (const program of programs) {
    const built = await consumer.build(nodes[REGISTRY.node] ?? process.execPath, program, app);
    if (program.build !== undefined) say(`${program.name}: built in ${built.seconds.toFixed(1)} s`);
    for (const [major, node] of Object.entries(nodes)) {
      if (program.node !== undefined && program.node !== major) continue;
      const tried = built.passed ? await consumer.tryProgram(node, program, app) : built;
      findings.rows.push({ program: program.name, node: major, ...tried });
      const result = tried.passed ? `${tried.seconds.toFixed(1)} s` : 'FAILED';
      say(`${program.name}, Node.js ${major}: ${result}`);
    }
  }
}

/** @param {string} node @param {string} folder @param {readonly string[]} packed @param {Findings} findings */
async function lookAtPackages(node, folder, packed, findings) {
  const tools = project(folder, 'checkers');
  await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', ...specifiers(CHECKERS)], {
    cwd: tools,
  });
  const commands = [
    { name: 'publint', script: 'publint/src/cli.js', args: ['--strict'] },
    { name: 'attw', script: '@arethetypeswrong/cli/dist/index.js', args: ['--no-color'] },
  ];
  for (const tarball of packed) {
    for (const { name, script, args } of commands) {
      const program = path.join(tools, 'node_modules', script);
      const { status, output } = await run(node, [program, ...args, tarball], { cwd: tools });
      findings.checks.push({
        name: `${name} of ${path.basename(tarball)}`,
        passed: status === 0,
        output,
      });
      say(`${name} of ${path.basename(tarball)}: ${status === 0 ? 'nothing found' : 'FAILED'}`);
    }
  }
}

/** @param {string} folder @returns {Promise<Findings>} */
async function rehearse(folder) {
  /** @type {Findings} */
  const findings = { measures: [], rows: [], checks: [] };
  const packed = await tarballs();
  say('installing Node.js and a registry');
  const nodes = await installNodes(path.join(folder, 'nodes'));
  const node = nodes[REGISTRY.node] ?? process.execPath;
  await withRegistry(path.join(folder, 'registry'), node, async (url) => {
    const consumer = new Consumer(folder, url);
    for (const tarball of packed) {
      await consumer.npm(node, ['publish', '--access=public', tarball], folder);
      findings.measures.push({
        name: `\`${path.basename(tarball)}\``,
        value: fs.statSync(tarball).size / 1e6,
        unit: 'MB packed',
      });
    }
    say('published');
    const app = await installTwice(consumer, node, folder, findings);
    await consumer.npm(node, ['install', '--save-dev', ...specifiers(TOOLS)], app);
    await tryPrograms(consumer, nodes, app, findings);
  });
  await lookAtPackages(node, folder, packed, findings);
  return findings;
}

/**
 * Publishes the packages to a registry on this machine, installs them as a user would, and runs
 * programs with them. `--packages=<folder>` takes tarballs that are there, `--only=<name>` some of the
 * programs; `--write` keeps the result in docs/install.md, `--json` prints it as one JSON object last,
 * `--keep` leaves the folder.
 */
runMain(async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'metatorch-rehearsal-'));
  try {
    const findings = await rehearse(folder);
    console.log(`\n${table(findings)}`);
    const failed = failures(findings);
    if (failed !== '') console.error(failed);
    if (process.argv.includes('--write')) writePage(findings);
    if (process.argv.includes('--json')) console.log(JSON.stringify(findings));
    return hasPassed(findings) ? 0 : 1;
  } finally {
    if (process.argv.includes('--keep')) say(`kept ${folder}`);
    else fs.rmSync(folder, { recursive: true, force: true });
  }
});
