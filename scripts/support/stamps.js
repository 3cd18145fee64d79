const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('./paths');

/**
 * The files below a folder whose names end so, relative to the repository, in order.
 *
 * @param {string} folder relative to the repository
 * @param {RegExp} pattern
 * @returns {string[]}
 */
function filesBelow(folder, pattern) {
  const absolute = path.join(ROOT, folder);
  if (!fs.existsSync(absolute)) return [];
  return fs
    .readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
    .sort();
}

/**
 * One digest over the names and contents of files and over further facts.
 *
 * @param {readonly string[]} files relative to the repository
 * @param {unknown} [facts]
 */
function digestOf(files, facts) {
  const hash = createHash('sha256').update(JSON.stringify(facts ?? null));
  for (const file of files) {
    hash.update(`\0${file}\0`).update(fs.readFileSync(path.join(ROOT, file)));
  }
  return hash.digest('hex');
}

/** A text file's content, or undefined where there is none. @param {string} file */
function readText(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

/** @param {string} file @param {string} content */
function writeText(file, content) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}

/** The version of an installed npm package. @param {string} name @returns {string} */
function installedVersion(name) {
  const manifest = readText(path.join(ROOT, 'node_modules', name, 'package.json'));
  return manifest === undefined ? 'none' : JSON.parse(manifest).version;
}

module.exports = { digestOf, filesBelow, installedVersion, readText, writeText };
