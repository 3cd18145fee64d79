import { Writable } from 'node:stream';
import type { ProgressStream } from '../../../lib/train/loggers/progress-logger';

/** A stream that keeps what is written to it; with `columns` it is a terminal of that width. */
export function recordingStream(columns?: number): { stream: ProgressStream; text: () => string } {
  let written = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _, done) {
      written += chunk;
      done();
    },
  });
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  return { stream: Object.assign(stream, terminal), text: () => written };
}
