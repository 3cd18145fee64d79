/**
 * What a stage of the set-up did.
 *
 * @typedef {object} Outcome
 * @property {boolean} skipped true where there was nothing to do
 * @property {string} [detail] what it found or made
 */

/**
 * Runs a stage and prints one line about it.
 *
 * @template {Outcome} T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function stage(name, work) {
  const start = performance.now();
  const outcome = await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const detail = outcome.detail === undefined ? '' : `: ${outcome.detail}`;
  console.log(`${name} ${outcome.skipped ? 'ready' : 'done'} in ${seconds} s${detail}`);
  return outcome;
}

module.exports = { stage };
