import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import workerThreads from 'node:worker_threads';
import { startThreads } from '../../../lib/serve/workers/start-threads';
import { temporaryFolder } from '../../helpers/folders';

const folder = temporaryFolder();

function threadsOf(code: string) {
  const file = join(folder(), 'worker.js');
  writeFileSync(file, code);
  return startThreads({}, 1, file);
}

test('a thread that cannot start says why, to this task and to later ones', async () => {
  const threads = threadsOf("require('./what-was-not-deployed.js');");
  for (let i = 0; i < 2; i++) {
    await expect(threads.run({}, {})).rejects.toThrow(/Cannot find module '.*not-deployed/);
  }
  await threads.destroy();
});

test('a thread that ends with its task says how, and another takes its place', async () => {
  const threads = threadsOf('module.exports = (task) => (task === 1 ? process.exit(3) : task);');
  await expect(threads.run(1, {})).rejects.toThrow('worker exited with code: 3');
  await expect(threads.run(2, {})).resolves.toBe(2);
  await threads.destroy();
});

test('a thread that cannot be made says why, and its task waits for no other', async () => {
  const threads = threadsOf('module.exports = (task) => task;');
  const made = jest.spyOn(workerThreads, 'Worker').mockImplementationOnce(() => {
    throw new Error('Resource temporarily unavailable');
  });
  await expect(threads.run(1, {})).rejects.toThrow('Resource temporarily unavailable');
  made.mockRestore();
  expect(threads.queueSize).toBe(0);
  await expect(threads.run(2, {})).resolves.toBe(2);
  await threads.destroy();
});

test('threads start where code must not be made from strings', () => {
  const workers = JSON.stringify(join(__dirname, '../../../dist/serve/workers'));
  const script = `
    const { startThreads } = require(${workers} + '/start-threads.js');
    const { SetupSlot } = require(${workers} + '/setup-slot.js');
    const { ADAPTED_WORKER_FILE } = require(${workers} + '/worker-file.js');
    const pool = startThreads(new SetupSlot().memory, 1);
    const adapted = startThreads({ folder: 'missing', threads: 1 }, 1, ADAPTED_WORKER_FILE);
    const tasks = [pool.run(undefined, { name: 'ready' }), adapted.run(null, { name: 'describe' })];
    Promise.all(tasks).then(([ready, { error }]) => {
      console.log(ready, error.code);
      return Promise.all([pool.destroy(), adapted.destroy()]);
    });`;
  const args = ['--disallow-code-generation-from-strings', '-e', script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(`${stdout}${stderr}`).toBe('true ERR_TORCH_FILE\n');
});
