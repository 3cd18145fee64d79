const path = require('node:path');

const ROOT = path.join(__dirname, '..', '..');

/** A path inside the repository. @param {...string} parts */
const inRoot = (...parts) => path.join(ROOT, ...parts);

/** The program of an npm package. @param {string} name */
const npmProgram = (name) => inRoot('node_modules', '.bin', name);

module.exports = { ROOT, inRoot, npmProgram };
