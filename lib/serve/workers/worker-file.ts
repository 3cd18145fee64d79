import { join } from 'node:path';

/** The compiled file that threads run; a thread has no compiler, so sources use the build beside them. */
export const WORKER_FILE = join(
  __dirname.replace(/([\\/])lib([\\/]serve[\\/]workers)$/u, '$1dist$2'),
  'worker.js',
);
