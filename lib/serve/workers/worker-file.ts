import { compiledFile } from '../../threads/compiled-file';

/** The file that the threads of an encoder's pool run. */
export const WORKER_FILE = compiledFile(__dirname, 'worker.js', () =>
  require.resolve('./worker.js'),
);

/** The file that the threads of a meta-trained model run. */
export const ADAPTED_WORKER_FILE = compiledFile(__dirname, 'adapted-worker.js', () =>
  require.resolve('./adapted-worker.js'),
);
