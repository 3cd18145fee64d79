// Preloaded with `node --require`: the process is killed, as by `kill -9`, once a file whose name has KILL_AT in it is in
// its place.
const fs = require('node:fs');

const { KILL_AT: at } = process.env;
const rename = fs.renameSync;

/** @type {typeof fs.renameSync} */
fs.renameSync = (from, to) => {
  rename(from, to);
  if (at !== undefined && String(to).includes(at)) process.kill(process.pid, 'SIGKILL');
};
