// Preloaded with `node --require`: what is written below the folder READ_ONLY fails as on a disk that is mounted
// read-only. Permissions do not keep root from writing.
const fs = require('node:fs');

const folder = process.env.READ_ONLY ?? '/dev/null/';

for (const name of ['writeFileSync', 'mkdirSync', 'linkSync', 'renameSync', 'rmSync']) {
  const original = Reflect.get(fs, name);
  /** @param {unknown[]} args */
  const refusing = (...args) => {
    if (!String(args[0]).startsWith(folder)) return original(...args);
    throw Object.assign(new Error(`EROFS: read-only file system, '${args[0]}'`), { code: 'EROFS' });
  };
  Reflect.set(fs, name, refusing);
}
