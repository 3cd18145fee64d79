#!/usr/bin/env node
const { runMain, SetupError } = require('../support/run');

/** A checkout holds neither what is published nor only that: packing it would give a package that does not run. */
runMain(async () => {
  throw new SetupError(
    'This is a checkout, which is not what is published. `npm run release` builds the packages, checks them and puts their tarballs into build/release/.',
  );
});
