const { writeFileSync } = require('node:fs');

/**
 * jest's results processor: writes the counts to the file that `METATORCH_COUNTS` names. A test
 * file that cannot even be loaded counts as one failure.
 *
 * @template {{ numPassedTests: number, numFailedTests: number, numPendingTests: number,
 *   numTodoTests: number, numRuntimeErrorTestSuites: number }} T
 * @param {T} results
 * @returns {T}
 */
module.exports = (results) => {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  const file = process.env.METATORCH_COUNTS;
  const counts = `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
  if (file !== undefined) writeFileSync(file, counts);
  return results;
};
