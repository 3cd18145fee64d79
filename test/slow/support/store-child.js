// Changes a stored classifier until it is killed, and writes a line for each change that was accepted.
const { writeSync } = require('node:fs');
const { ClassifierStore } = require('../../../dist/serve');

async function main() {
  const [folder = '', run = '0', compactAfter = '20'] = process.argv.slice(2);
  const store = await ClassifierStore.open(folder, { compactAfter: Number(compactAfter) });
  if (store.get('cards') === undefined) {
    await store.put('cards', { lost: ['I lost my card'], found: ['I found my card'] }, {});
  }
  writeSync(1, 'open\n');
  for (let i = 0; ; i++) {
    const text = `run ${run} change ${i}`;
    await store.change('cards', {
      type: 'addExamples',
      examples: [{ text, label: `label ${run}` }],
    });
    writeSync(1, `${text}\n`);
  }
}

void main();
