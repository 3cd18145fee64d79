import type * as CliProgress from 'cli-progress';
import { type OptionsOf, optional, readOptions, required, string, withMethods } from '../../check';
import type { Logger, StepReport } from '../callbacks/callback';
import { formatEvaluation } from '../evaluate';

/** A terminal, a pipe or a file. */
export type ProgressStream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };

const OPTIONS = {
  /** What is being trained, for example `MAML`. */
  label: required(string),
  /** Where to write. Default: standard output. */
  stream: optional<ProgressStream>(withMethods<ProgressStream>('a stream', 'write')),
};

export type ProgressOptions = OptionsOf<typeof OPTIONS>;

/** The weight of the newest step in the moving averages shown. */
const NEWEST = 0.05;
/** Lines about steps, at most, where the output is not a terminal. */
const LINES = 10;
/** The columns of a terminal's line that the figures take from the bar. */
const FIGURES_WIDTH = 90;

/**
 * Shows how training goes: a live bar with loss and accuracy on a terminal, elsewhere a plain line
 * every tenth of the way and for each evaluation. Loss and accuracy, which is shown where labels are
 * classes, are moving averages over the last steps.
 *
 * @throws ArgumentTypeError for an option that is unknown or of another kind
 */
export function progressLogger(options: ProgressOptions): Logger {
  const { label, stream = process.stdout } = readOptions(OPTIONS, options, 'progressLogger');
  return stream.isTTY ? barLogger(label, stream) : lineLogger(label, stream);
}

function barLogger(label: string, stream: ProgressStream): Logger {
  const { Presets, SingleBar } = loadCliProgress();
  const bar = new SingleBar(
    {
      // A narrow terminal cuts the end off, so what matters least comes last.
      format: `${label}  {bar} {value}/{total}  ETA {eta_formatted}  {figures}{validation}`,
      barsize: Math.max(10, Math.min(40, (stream.columns ?? 0) - label.length - FIGURES_WIDTH)),
      stream,
      fps: 8,
      // An interrupted process restores nothing: leave the terminal's cursor and wrapping alone.
      hideCursor: false,
      linewrap: true,
    },
    Presets.shades_classic,
  );
  const smooth = movingAverages();
  return {
    start: (steps) => bar.start(steps, 0, { figures: '', validation: '' }),
    step: (report) => bar.update(report.step, { figures: smooth(report) }),
    evaluation: (_, evaluation) =>
      bar.update({ validation: `  validation ${formatEvaluation(evaluation)}` }),
    close: () => bar.stop(),
  };
}

/** Its many files are loaded where there is a bar to show. */
function loadCliProgress(): typeof CliProgress {
  return require('cli-progress');
}

function lineLogger(label: string, stream: ProgressStream): Logger {
  const smooth = movingAverages();
  let total = 0;
  const write = (step: number, text: string) =>
    stream.write(`${label}  ${step}/${total}  ${text}\n`);
  return {
    start: (steps) => {
      total = steps;
    },
    step(report) {
      const { step, steps } = report;
      const figures = smooth(report);
      if (step % Math.ceil(steps / LINES) === 0 || step === steps) write(step, figures);
    },
    evaluation: (step, evaluation) => write(step, `validation ${formatEvaluation(evaluation)}`),
  };
}

function movingAverages(): (report: StepReport) => string {
  let steps = 0;
  let losses = 0;
  let accuracies = 0;
  return ({ loss, accuracy }) => {
    steps++;
    losses += NEWEST * (loss - losses);
    // An average that starts from zero is too small by this factor.
    const weight = 1 - (1 - NEWEST) ** steps;
    const shown = `loss ${(losses / weight).toFixed(3)}`;
    if (accuracy === undefined) return shown;
    accuracies += NEWEST * (accuracy - accuracies);
    return `${shown}  accuracy ${((100 * accuracies) / weight).toFixed(1)} %`;
  };
}
