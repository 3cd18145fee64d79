import { constants } from 'node:os';

/** How a shell reports an end by a signal: 128 and the signal's number. */
const STATUS = 128 + constants.signals.SIGPIPE;

/**
 * Ends the process, as other programs end, once nobody reads what it prints: `metatorch datasets list | head -1`.
 */
export function endWithReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(STATUS);
    });
  }
}
