// Runs command lines of the compiled command line one after another, in this process, and writes what each
// printed and ended with as lines of JSON: `node cli-driver.js <cases.json> <results.jsonl>`.
const { appendFileSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Readable } = require('node:stream');
/** Compiled, so that its types may not be there yet. */
const { runProgram } = require(join(__dirname, '../../dist/cli/main.js'));

const MOST_SECONDS = 30;
const [, , cases = '', results = ''] = process.argv;

/** @param {object} result */
const write = (result) => appendFileSync(results, `${JSON.stringify(result)}\n`);

/** @param {NodeJS.WriteStream} stream @param {string[]} to */
function capture(stream, to) {
  const original = stream.write;
  Reflect.set(stream, 'write', (/** @type {unknown} */ chunk, /** @type {unknown[]} */ ...rest) => {
    to.push(String(chunk));
    const done = rest.find((one) => typeof one === 'function');
    if (typeof done === 'function') done();
    return true;
  });
  return () => Reflect.set(stream, 'write', original);
}

/** @param {{ args: string[], cwd: string, input?: string }} one */
async function run({ args, cwd, input = '' }) {
  process.chdir(cwd);
  Object.defineProperty(process, 'stdin', {
    value: Readable.from([Buffer.from(input)]),
    configurable: true,
  });
  process.exitCode = 0;
  const [out, err] = [/** @type {string[]} */ ([]), /** @type {string[]} */ ([])];
  const undo = [capture(process.stdout, out), capture(process.stderr, err)];
  const timer = setTimeout(() => {
    write({ status: 'hang', out: out.join(''), err: err.join('') });
    process.exit(1);
  }, MOST_SECONDS * 1000);
  const began = performance.now();
  try {
    const status = (await runProgram(args)) || process.exitCode;
    const ms = performance.now() - began;
    write({ status, ms, out: out.join(''), err: err.join('') });
  } finally {
    clearTimeout(timer);
    for (const restore of undo) restore();
    process.exitCode = 0;
  }
}

async function main() {
  const { commands, folder } = JSON.parse(readFileSync(join(cases), 'utf8'));
  for (const command of commands) await run(command);
  process.chdir(folder);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
