#!/usr/bin/env node
const fs = require('node:fs');
const path = require('node:path');
const { inRoot } = require('./support/paths');
const { filesBelow } = require('./support/stamps');

/** A module of the package that another one loads, as the compiler writes it: `var` if it only passes exports on. */
const LOADED = /^(var|const) (\w+) = (require\("(\.{1,2}\/|node:)[^"]+"\));$/gm;

/** Rooms whose modules wait for threads and disks: that they look once more whether one is loaded does not show. */
const UNHURRIED = /^dist[\\/]serve[\\/]/;

/**
 * Compiled code in which modules are loaded when something of theirs is first used, so that whoever imports an entry
 * of the package pays for what he uses of it: those whose exports are only passed on, Node.js' own, some of which
 * take milliseconds, and with `all` the others.
 * Getters of exports stay as they are written, since Node.js finds the names of a module's exports by their form.
 *
 * @param {string} code @param {boolean} all
 */
function loadedLater(code, all) {
  return code.replace(LOADED, (line, kind, variable, load, from) => {
    if (kind === 'const' && from !== 'node:' && !all) return line;
    const passed = `return ${variable}\\.(\\w+); \\} \\}\\);$`;
    const used = kind === 'var' ? passed : `\\b${variable}\\.(\\w+)`;
    const names = [...code.matchAll(new RegExp(used, 'gm'))].map(([, name]) => name);
    const uses = code.match(new RegExp(`\\b${variable}\\b`, 'g')) ?? [];
    // What is used in other ways may be needed at once.
    if (names.length === 0 || uses.length !== names.length + 1) return line;
    // Tools that trace the files which a program needs read such paths as they are written.
    if (code.includes(`${variable}.join(__dirname`)) return line;
    const loaded = `${variable}_loaded`;
    const getters = [...new Set(names)].map(
      (name) => `get ${name}() { return (${loaded} ??= ${load}).${name}; }`,
    );
    return `var ${loaded}, ${variable} = { ${getters.join(', ')} };`;
  });
}

/**
 * Compiled code that names the files of the modules that it loads, for which Node.js would try one name after the
 * other.
 *
 * @param {string} code @param {(file: string) => boolean} exists relative to the code's own folder
 */
function withFileNames(code, exists) {
  return code.replace(/\brequire\("(\.{1,2}(?:\/[^"]*)?)"\)/g, (call, name) => {
    const found = [`${name}.js`, `${name.replace(/\/$/, '')}/index.js`].find(exists);
    return found === undefined ? call : `require("${found}")`;
  });
}

/** Makes the modules of dist/ quick to load. */
function makeQuickToLoad() {
  for (const file of filesBelow('dist', /\.js$/)) {
    const folder = path.dirname(inRoot(file));
    const code = fs.readFileSync(inRoot(file), 'utf8');
    const named = withFileNames(code, (name) => fs.existsSync(path.join(folder, name)));
    const quick = loadedLater(named, UNHURRIED.test(file));
    if (quick !== code) fs.writeFileSync(inRoot(file), quick);
  }
}

if (require.main === module) makeQuickToLoad();

module.exports = { loadedLater, makeQuickToLoad, withFileNames };
