#!/usr/bin/env node
const fs = require('node:fs');
const { inRoot } = require('./support/paths');
const { runMain, SetupError } = require('./support/run');
const { filesBelow } = require('./support/stamps');
const { transpileOnRequire } = require('./support/transpile');

// Runs `main` of examples/<name>.ts: `npm run example -- entities`.
runMain(async () => {
  const name = process.argv[2] ?? '';
  const file = inRoot('examples', `${name}.ts`);
  if (!fs.existsSync(file)) {
    const names = filesBelow('examples', /\.ts$/).map((found) =>
      found.slice('examples/'.length, -3),
    );
    throw new SetupError(`Expected one of ${names.join(', ')} for the example's name`);
  }
  transpileOnRequire();
  await require(file).main();
});
