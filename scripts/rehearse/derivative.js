/**
 * A program of a user's: its files, the commands that build it, which run once, and the one that runs
 * it with each Node.js. It passes if the builds succeed and it prints `expected`.
 *
 * @typedef {object} Program
 * @property {string} name
 * @property {Record<string, string>} files
 * @property {readonly string[]} [build]
 * @property {readonly string[]} command
 * @property {string} expected
 * @property {boolean} [fails] the command is to fail
 * @property {string} [node] the major version of the only Node.js to run it with
 */

/** What the programs compute: a second derivative, with nothing but Node.js and metatorch. */
const SECOND = `
const w = torch.tensor([1, 2, 3], { requiresGrad: true });
const [first] = torch.grad(w.pow(3).sum(), [w], { createGraph: true });
const [second] = torch.grad(first.sum(), [w]);`;
const RESULT = 'second derivative 6,12,18';
const PRINT = "console.log('second derivative ' + second.tolist());";
const REQUIRE = "const { torch } = require('metatorch');";

/** A classifier with the encoder that comes with the package: threads, weights and the addon. */
const CLASSIFY = `
async function labelOf(text) {
  const classifier = await FewShotClassifier.fit({
    card_lost: ['I lost my card', 'my card is gone', 'someone stole my card'],
    top_up: ['how do I add money', 'top up my account', 'put money on my card'],
  });
  const { label } = await classifier.predict(text);
  await classifier.close();
  return label;
}`;
const LABELLED = 'card_lost';
const QUESTION = 'where is my card?';

/** Where the tools are, as seen from a program. */
const MODULES = 'node_modules';

module.exports = { CLASSIFY, LABELLED, MODULES, PRINT, QUESTION, REQUIRE, RESULT, SECOND };
