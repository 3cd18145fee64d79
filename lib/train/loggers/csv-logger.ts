import { type OptionsOf, readOptions, required } from '../../check';
import type { Logger } from '../callbacks/callback';
import { LogFile } from './log-file';
import { pathOf } from './log-path';

const OPTIONS = {
  /** The file. Its lines of steps that the run has still to take are removed when it begins. */
  path: required(pathOf),
};

export type CsvLoggerOptions = OptionsOf<typeof OPTIONS>;

const HEAD = 'event,step,loss,lossHalfWidth,accuracy,accuracyHalfWidth,gradientNorm,episodes,time';
const ROW = /^(?:step|evaluation),(\d+),/;

/**
 * Writes a row for each step and each evaluation into a file of comma-separated values. What does not apply is
 * empty; `time` is UTC.
 *
 * @throws ArgumentTypeError for an option that is unknown or of another kind
 */
export function csvLogger(options: CsvLoggerOptions): Logger {
  const { path } = readOptions(OPTIONS, options, 'csvLogger');
  let file: LogFile | undefined;
  const add = (...cells: readonly (string | number | undefined)[]) =>
    file?.add([...cells, new Date().toISOString()].map((cell) => cell ?? '').join(','));
  return {
    start: (_, run) => {
      const last = run?.step ?? 0;
      file = new LogFile(path, (line) => Number(ROW.exec(line)?.[1] ?? Infinity) <= last, HEAD);
    },
    step: ({ step, loss, accuracy, gradientNorm, episodes }) =>
      add('step', step, loss, undefined, accuracy, undefined, gradientNorm, episodes),
    evaluation: (step, { loss, accuracy }) =>
      add(
        'evaluation',
        step,
        loss.mean,
        loss.halfWidth,
        accuracy?.mean,
        accuracy?.halfWidth,
        undefined,
        loss.count,
      ),
    close: () => file?.close(),
  };
}
