import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A program that ends all threads of a pool, in the middle of requests and of an edit. */
const PROGRAM = `
const threads = require('node:worker_threads');
const made = [];
threads.Worker = class extends threads.Worker {
  constructor(...options) {
    super(...options);
    made.push(this);
  }
};
const { EncoderPool, FewShotClassifier, torch } = require(${JSON.stringify(join(__dirname, '../../dist'))});
const endAll = () => Promise.all(made.map((worker) => worker.terminate()));
const examples = { lost: ['I lost my card', 'card gone'], money: ['top up', 'add money'] };

(async () => {
  const pool = await EncoderPool.start();
  const classifier = await FewShotClassifier.fit(examples, { pool });
  const asked = Array.from({ length: 100 }, (_, i) => classifier.predict('where is card ' + i));
  setTimeout(endAll, 50);
  const answers = await Promise.all(asked);
  const labels = new Set(answers.map(({ nearest }) => nearest[0].label));
  void endAll();
  const after = await classifier.predict('top up please');
  const edit = classifier.addExamples({ money: ['charge it'] });
  setTimeout(endAll, 5);
  await edit;
  const count = classifier.examples.length;
  await classifier.close();
  await pool.close();
  console.log(JSON.stringify([answers.length, [...labels], after.label, count, torch.memory().tensors]));
})();
`;

test('requests and edits survive the end of all threads', async () => {
  const { stdout } = await run(process.execPath, ['-e', PROGRAM]);
  expect(JSON.parse(stdout)).toEqual([100, ['lost'], 'money', 5, 0]);
}, 60_000);
