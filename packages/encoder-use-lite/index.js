'use strict';
const path = require('node:path');

// Each path is written out, so that tools which trace the files that a program needs find it.
exports.root = __dirname;
exports.files = [path.join(__dirname, 'model.safetensors'), path.join(__dirname, 'vocab.json')];
