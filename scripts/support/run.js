const { spawn } = require('node:child_process');
const { createWriteStream } = require('node:fs');
const { ROOT } = require('./paths');

/** Something that a person has to put right; shown without a stack. */
class SetupError extends Error {}

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [cwd]
 * @property {string} [logFile] where to write the output too
 * @property {(line: string) => void} [onLine] called with every line of the output
 */

/**
 * Runs a program and keeps its output back.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ status: number, output: string }>}
 */
function run(program, args, options = {}) {
  const { env = process.env, cwd = ROOT, logFile, onLine } = options;
  return new Promise((resolve) => {
    const log = logFile === undefined ? undefined : createWriteStream(logFile, { flags: 'a' });
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    /** @param {Buffer} chunk */
    const collect = (chunk) => {
      const text = chunk.toString();
      output += text;
      log?.write(text);
      if (onLine) for (const line of text.split('\n')) onLine(line);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    /** @param {number} status */
    const finish = (status) => {
      if (log) log.end(() => resolve({ status, output }));
      else resolve({ status, output });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(127);
    });
    child.on('close', (status) => finish(status ?? 1));
  });
}

/**
 * Runs a program on this terminal, and resolves to its exit status.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>}
 */
function runVisibly(program, args, options = {}) {
  const { env = process.env, cwd = ROOT } = options;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: 'inherit' });
    child.on('error', (error) => {
      console.error(error.message);
      resolve(127);
    });
    child.on('close', (status) => resolve(status ?? 1));
  });
}

/** The last lines of a long output. @param {string} output @param {number} [count] */
function lastLines(output, count = 40) {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}

/** The first lines, for programs that tell the reason before the rest. @param {string} output */
function firstLines(output, count = 20) {
  return output.split('\n').slice(0, count).join('\n');
}

/**
 * Runs a script's main function: its exit status becomes the process's, what a person has to put
 * right is shown in plain words, and a mistake of ours with its stack.
 *
 * @param {() => Promise<number | void>} main without a status, the exit status stays what it is
 */
function runMain(main) {
  main().then(
    (status) => {
      // What a script that is run from here has set itself stays.
      if (status !== undefined) process.exitCode = status;
    },
    (error) => {
      const isPlain = error instanceof SetupError || error?.name === 'TorchError';
      console.error(isPlain ? `\n${error.message}` : error);
      process.exitCode = 1;
    },
  );
}

module.exports = { firstLines, lastLines, run, runMain, runVisibly, SetupError };
