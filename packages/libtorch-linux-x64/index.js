'use strict';
const path = require('node:path');

// Each path is written out, so that tools which trace the files that a program needs find it.
exports.root = __dirname;
exports.files = [
  path.join(__dirname, 'lib/libc10.so'),
  path.join(__dirname, 'lib/libgomp.so.1'),
  path.join(__dirname, 'lib/libtorch_cpu.so'),
  path.join(__dirname, 'build-version'),
];
