const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { npm } = require('../release/npm');
const { SetupError } = require('../support/run');
const { REGISTRY } = require('./versions');

const START_LIMIT_MS = 120_000;
const LOOPBACK = '127.0.0.1';

/**
 * What the registry serves: our packages from here alone, all others from the registry that npm is
 * configured for.
 *
 * @param {string} folder
 * @param {string} uplink
 */
function configuration(folder, uplink) {
  const open = { access: '$all', publish: '$all', unpublish: '$all' };
  return JSON.stringify({
    storage: path.join(folder, 'storage'),
    auth: { htpasswd: { file: path.join(folder, 'htpasswd') } },
    uplinks: { npm: { url: uplink, maxage: '60m', timeout: '120s', max_fails: 10 } },
    packages: {
      metatorch: open,
      '@metatorch/*': open,
      '**': { access: '$all', proxy: 'npm' },
    },
    max_body_size: '400mb',
    log: { type: 'file', path: path.join(folder, 'log'), level: 'warn' },
    web: { enable: false },
  });
}

/** A port that nobody listens on. @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** @param {string} url @param {import('node:child_process').ChildProcess} child */
async function untilItAnswers(url, child) {
  const end = performance.now() + START_LIMIT_MS;
  while (performance.now() < end && child.exitCode === null) {
    const isUp = await fetch(`${url}/-/ping`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return;
    await sleep(200);
  }
  throw new SetupError('The registry for the rehearsal did not start');
}

/**
 * A registry on this machine alone, for as long as `work` takes.
 *
 * @template T
 * @param {string} folder
 * @param {string} node the program to run it with
 * @param {(url: string) => Promise<T>} work
 */
async function withRegistry(folder, node, work) {
  fs.mkdirSync(folder, { recursive: true });
  const uplink = (await npm(['config', 'get', 'registry'])).trim();
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(REGISTRY.manifest));
  const install = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
  await npm(install);
  const file = path.join(folder, 'config.yaml');
  // JSON is YAML too.
  fs.writeFileSync(file, configuration(folder, uplink));
  const port = await freePort();
  const program = path.join(folder, 'node_modules', 'verdaccio', 'bin', 'verdaccio');
  const args = [program, '--config', file, '--listen', `${LOOPBACK}:${port}`];
  const child = spawn(node, args, { cwd: folder, stdio: 'ignore' });
  try {
    const url = `http://${LOOPBACK}:${port}`;
    await untilItAnswers(url, child);
    return await work(url);
  } finally {
    // What it still writes would come back into a folder that is being removed.
    if (child.kill()) await once(child, 'close');
  }
}

module.exports = { withRegistry };
