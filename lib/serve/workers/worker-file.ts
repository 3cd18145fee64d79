import { join } from 'node:path';

/** Where compiled files for threads are: a thread has no compiler, so sources use the build beside them. */
const FOLDER = __dirname.replace(/([\\/])lib([\\/]serve[\\/]workers)$/u, '$1dist$2');

/** The file that the threads of an encoder's pool run. */
export const WORKER_FILE = join(FOLDER, 'worker.js');

/** The file that the threads of an adapted classifier run. */
export const ADAPTED_WORKER_FILE = join(FOLDER, 'adapted-worker.js');
