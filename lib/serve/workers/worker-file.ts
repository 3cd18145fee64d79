import { compiledFile } from '../../threads/compiled-file';

/** The file that the threads of an encoder's pool run. */
export const WORKER_FILE = compiledFile(__dirname, 'worker.js');

/** The file that the threads of an adapted classifier run. */
export const ADAPTED_WORKER_FILE = compiledFile(__dirname, 'adapted-worker.js');
