import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
