import { type OptionsOf, readOptions, required } from '../../check';
import type { Logger } from '../callbacks/callback';
import { LogFile } from './log-file';
import { pathOf } from './log-path';

const OPTIONS = {
  /** The file. Its lines of steps that the run has still to take are removed when it begins. */
  path: required(pathOf),
};

export type JsonLinesLoggerOptions = OptionsOf<typeof OPTIONS>;

/**
 * Writes an object of JSON a line for each step and each evaluation:
 *
 *     {"event":"step","step":1,"steps":800,"episodes":8,"loss":1.09,"accuracy":0.4,"time":"…"}
 *     {"event":"evaluation","step":100,"loss":{"mean":0.4,"halfWidth":0.02,"count":600},"time":"…"}
 *
 * Numbers that JSON lacks are strings: `"NaN"`, `"Infinity"`, `"-Infinity"`.
 *
 * @throws ArgumentTypeError for an option that is unknown or of another kind
 */
export function jsonLinesLogger(options: JsonLinesLoggerOptions): Logger {
  const { path } = readOptions(OPTIONS, options, 'jsonLinesLogger');
  let file: LogFile | undefined;
  const add = (event: string, content: object) => {
    const line = { event, ...content, time: new Date().toISOString() };
    file?.add(JSON.stringify(line, withoutLoss));
  };
  return {
    start: (_, run) => {
      const last = run?.step ?? 0;
      file = new LogFile(path, (line) => stepOf(line) <= last);
    },
    step: (report) => add('step', report),
    evaluation: (step, evaluation) => add('evaluation', { step, ...evaluation }),
    close: () => file?.close(),
  };
}

function withoutLoss(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** The step of a line; infinity for one that is not of this log. */
function stepOf(line: string): number {
  try {
    const { step }: { step?: unknown } = Object(JSON.parse(line));
    return typeof step === 'number' ? step : Infinity;
  } catch {
    return Infinity;
  }
}
