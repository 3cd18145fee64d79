const fs = require('node:fs');
const path = require('node:path');

/**
 * Removes the declarations that no entry of a package leads to: `exports` keeps users from importing them.
 *
 * @param {string} folder of the package
 * @param {readonly string[]} entries declarations, as seen from there
 */
function removeUnreachable(folder, entries) {
  const reached = new Set();
  const waiting = entries.map((name) => path.join(folder, name));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    waiting.push(...importedBy(file));
  }
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && file.endsWith('.d.ts') && !reached.has(file)) fs.rmSync(file);
  }
}

/** The declarations beside it that a file imports. @param {string} file */
function importedBy(file) {
  // Installed by the set-up, which other scripts of the release load before.
  /** @type {typeof import('typescript')} */
  const ts = require('typescript');
  const { importedFiles } = ts.preProcessFile(fs.readFileSync(file, 'utf8'));
  return importedFiles.flatMap(({ fileName }) => {
    if (!fileName.startsWith('.')) return [];
    const stem = path.join(path.dirname(file), fileName.replace(/\.js$/, ''));
    const places = [`${stem}.d.ts`, path.join(stem, 'index.d.ts')];
    return places.filter((place) => fs.existsSync(place)).slice(0, 1);
  });
}

module.exports = { removeUnreachable };
