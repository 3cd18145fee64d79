// Files that the package brings beside its code. Each path is written out, and in this way: tools that trace the files
// which a program needs know `path.join` with `__dirname`, and not all of them what imports are compiled to.
import type * as Path from 'node:path';

const path: typeof Path = require('node:path');

/** As far from the sources as from what is compiled of them. */
export const DATA_FOLDER: string = path.join(__dirname, '../data');
export const PLAYGROUND_FOLDER: string = path.join(__dirname, 'serve/playground/public');

/** Where a release has the addon for each platform, and the libraries beside it. */
export const PREBUILT: Readonly<Record<string, readonly [addon: string, ...string[]]>> = {
  'linux-x64': [
    path.join(__dirname, '../prebuilds/linux-x64/metatorch.node'),
    path.join(__dirname, '../prebuilds/linux-x64/libmetatorch.so'),
    path.join(__dirname, '../prebuilds/linux-x64/libmetatorch_distributed.so'),
  ],
  'linux-arm64': [
    path.join(__dirname, '../prebuilds/linux-arm64/metatorch.node'),
    path.join(__dirname, '../prebuilds/linux-arm64/libmetatorch.so'),
    path.join(__dirname, '../prebuilds/linux-arm64/libmetatorch_distributed.so'),
  ],
};
