const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { npmCommand } = require('../support/dependencies');
const { lastLines, SetupError } = require('../support/run');

const LIMIT_MS = 300_000;

/** @typedef {{ passed: boolean, seconds: number, output: string }} Tried */

/** npm's own script, which a program without it on its PATH needs. */
function npmScript() {
  const script = npmCommand()[1];
  if (script !== undefined) return script;
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const found = folders
    .map((folder) => path.join(folder, 'npm'))
    .find((file) => fs.existsSync(file));
  if (found === undefined) throw new SetupError('npm is missing');
  return fs.realpathSync(found);
}

/**
 * A user's machine: an empty home and an empty npm cache, a registry, and nothing on the PATH but
 * Node.js itself: no compiler, no Python.
 */
class Consumer {
  /** @param {string} folder @param {string} registry */
  constructor(folder, registry) {
    this.home = path.join(folder, 'home');
    this.registry = registry;
    this.npmScript = npmScript();
    fs.mkdirSync(this.home, { recursive: true });
    fs.writeFileSync(this.npmrc, `//${new URL(registry).host}/:_authToken=rehearsal\n`);
  }

  get npmrc() {
    return path.join(this.home, '.npmrc');
  }

  /** @param {string} node the program */
  environment(node) {
    return {
      PATH: path.dirname(node),
      HOME: this.home,
      npm_config_cache: path.join(this.home, 'cache'),
      npm_config_registry: this.registry,
      npm_config_userconfig: this.npmrc,
      npm_config_ignore_scripts: 'true',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
    };
  }

  /**
   * Runs a script with a Node.js, and resolves to its status, what it printed and how long it took.
   *
   * @param {string} node @param {readonly string[]} args @param {string} cwd
   * @returns {Promise<{ status: number, output: string, seconds: number }>}
   */
  run(node, args, cwd) {
    const start = performance.now();
    return new Promise((resolve) => {
      const child = spawn(node, args, {
        cwd,
        env: this.environment(node),
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: LIMIT_MS,
        killSignal: 'SIGKILL',
      });
      let output = '';
      /** @param {Buffer} chunk */
      const collect = (chunk) => {
        output += chunk.toString();
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      child.on('error', (error) => resolve({ status: 127, output: error.message, seconds: 0 }));
      child.on('close', (status) => {
        resolve({ status: status ?? 1, output, seconds: (performance.now() - start) / 1000 });
      });
    });
  }

  /**
   * @param {string} node @param {readonly string[]} args @param {string} cwd
   * @throws SetupError with the end of npm's output
   */
  async npm(node, args, cwd) {
    const { status, output, seconds } = await this.run(node, [this.npmScript, ...args], cwd);
    if (status === 0) return seconds;
    throw new SetupError(`npm ${args.join(' ')} failed:\n${lastLines(output)}`);
  }

  /**
   * Lays out a program and builds it.
   *
   * @param {string} node @param {import('./derivative').Program} program @param {string} cwd
   * @returns {Promise<Tried>}
   */
  async build(node, program, cwd) {
    for (const [name, content] of Object.entries(program.files)) {
      const file = path.join(cwd, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, content);
    }
    if (program.build === undefined) return { passed: true, seconds: 0, output: '' };
    const { status, seconds, output } = await this.run(node, program.build, cwd);
    return { passed: status === 0, seconds, output };
  }

  /**
   * @param {string} node @param {import('./derivative').Program} program @param {string} cwd
   * @returns {Promise<Tried>}
   */
  async tryProgram(node, program, cwd) {
    const { status, seconds, output } = await this.run(node, program.command, cwd);
    const ended = program.fails === true ? status !== 0 : status === 0;
    return { passed: ended && output.includes(program.expected), seconds, output };
  }
}

module.exports = { Consumer };
