// Pushes a stream into a monitor until it is killed, and writes the number of each batch that was accepted.
const { writeSync } = require('node:fs');
const { OpinionMonitor } = require('../../../dist/serve');

/** A classifier of texts by the label that stands in them. @param {string[]} labels */
function judge(labels) {
  /** @param {string} text */
  const prediction = (text) => ({
    label: labels.find((one) => text.includes(one)) ?? null,
    labels: labels.filter((one) => text.includes(one)),
    probability: 1,
    probabilities: Object.fromEntries(labels.map((one) => [one, text.includes(one) ? 1 : 0])),
    unknown: null,
    nearest: [],
  });
  return {
    labels,
    predict: async (/** @type {readonly string[]} */ texts) => texts.map(prediction),
  };
}

const BATCH = 7;

/** The batch with a number: some items in another order, and one of the batch before again. @param {number} batch */
function itemsOf(batch) {
  const item = (/** @type {number} */ i) => ({
    id: `item ${i}`,
    text: `${i % 3 === 0 ? 'app' : 'price'} ${i % 5 === 0 || (i > 3000 && i % 3 === 0) ? 'negative' : 'positive'}`,
    time: i * 1000,
  });
  const items = Array.from({ length: BATCH }, (_, k) => item(batch * BATCH + k));
  return [...items.reverse(), item(Math.max(0, batch * BATCH - 1))];
}

/** @param {string} folder */
function open(folder) {
  return OpinionMonitor.open(folder, {
    topics: judge(['app', 'price']),
    sentiment: judge(['negative', 'positive']),
    lateness: 20_000,
    remember: 500,
  });
}

async function main() {
  const [folder = '', from = '0', to = '1'] = process.argv.slice(2);
  const monitor = await open(folder);
  writeSync(1, 'open\n');
  for (let batch = Number(from); batch < Number(to); batch++) {
    await monitor.push(itemsOf(batch));
    writeSync(1, `${batch}\n`);
  }
  await monitor.close();
}

if (require.main === module) void main();
module.exports = { itemsOf, open };
