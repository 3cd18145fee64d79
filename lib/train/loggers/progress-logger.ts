import type * as CliProgress from 'cli-progress';
import { type OptionsOf, optional, readOptions, required, string, withMethods } from '../../check';
import type { Logger, StepReport } from '../callbacks/callback';
import { formatEvaluation } from '../evaluate';
import { displayWidth } from '../report/pages/display-width';

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
const FIGURES_WIDTH = 100;
const LEAST_BAR = 6;
/** What a narrow terminal goes without, first to last. */
const LEAST_WANTED = ['rate', 'bar', 'loss', 'accuracy', 'left', 'label'] as const;

/**
 * Shows how training goes: on a terminal a live bar with episodes a second, the time left, loss, accuracy and the
 * last validation, as far as its width holds them; elsewhere, and on a terminal that cannot move its cursor, a plain
 * line every tenth of the way and for each evaluation. Loss and accuracy, which is shown where labels are classes,
 * are moving averages over the last steps.
 *
 * @throws ArgumentTypeError for an option that is unknown or of another kind
 */
export function progressLogger(options: ProgressOptions): Logger {
  const { label, stream = process.stdout } = readOptions(OPTIONS, options, 'progressLogger');
  const isLive = stream.isTTY && process.env['TERM'] !== 'dumb';
  return isLive ? barLogger(label, stream) : lineLogger(label, stream);
}

function barLogger(label: string, stream: ProgressStream): Logger {
  const { Format, Presets, SingleBar } = loadCliProgress();
  const bar = new SingleBar(
    {
      format: (
        options,
        { progress, value, total, eta, maxWidth },
        { rate, figures, validation },
      ) => {
        const room = Math.min(40, maxWidth - label.length - FIGURES_WIDTH);
        return fitting(maxWidth, {
          label,
          bar: Format.BarFormat(progress, { ...options, barsize: Math.max(LEAST_BAR, room) }),
          count: `${value}/${total}`,
          rate,
          left: `ETA ${Format.TimeFormat(rounded(eta), options, 1)}`,
          ...figures,
          validation,
        });
      },
      stream,
      fps: 8,
      // An interrupted process restores nothing: leave the terminal's cursor and wrapping alone.
      hideCursor: false,
      linewrap: true,
    },
    Presets.shades_classic,
  );
  const smooth = movingAverages();
  const rate = episodeRate();
  return {
    start: (steps, run) =>
      bar.start(steps, run?.step ?? 0, { figures: {}, validation: '', rate: '' }),
    step: (report) =>
      bar.update(report.step, { figures: smooth(report), rate: rate(report.episodes) }),
    evaluation: (_, evaluation) =>
      bar.update({ validation: `validation ${formatEvaluation(evaluation)}` }),
    close: () => bar.stop(),
  };
}

/** Seconds as they are shown: whole minutes of hours, fives of minutes. */
function rounded(seconds: number): number {
  const unit = seconds > 3600 ? 60 : seconds > 10 ? 5 : 1;
  return unit * Math.round(seconds / unit);
}

/** The parts that there is room for, whole: half a figure reads as another. */
function fitting(columns: number, parts: Readonly<Record<string, string>>): string {
  const shown = new Map(Object.entries(parts).filter(([, text]) => text !== ''));
  const line = () => [...shown.values()].join('  ');
  for (const part of LEAST_WANTED) {
    // In the last column terminals take the cursor back to what was written.
    if (displayWidth(line()) < columns) break;
    shown.delete(part);
  }
  return line();
}

/** Episodes a second, the latest steps counting most. */
function episodeRate(): (episodes: number) => string {
  let last = performance.now();
  let [episodes, seconds] = [0, 0];
  return (more) => {
    const now = performance.now();
    episodes = (1 - NEWEST) * episodes + more;
    seconds = (1 - NEWEST) * seconds + (now - last) / 1000;
    last = now;
    const rate = episodes / Math.max(seconds, 1e-9);
    if (rate >= 10_000) return `${Math.min(999, Math.round(rate / 1000))}k ep/s`;
    return `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} ep/s`;
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
      const figures = Object.values(smooth(report)).join('  ');
      if (step % Math.ceil(steps / LINES) === 0 || step === steps) write(step, figures);
    },
    evaluation: (step, evaluation) => write(step, `validation ${formatEvaluation(evaluation)}`),
  };
}

function movingAverages(): (report: StepReport) => { loss: string; accuracy?: string } {
  let steps = 0;
  let losses = 0;
  let accuracies = 0;
  return ({ loss, accuracy }) => {
    steps++;
    losses += NEWEST * (loss - losses);
    // An average that starts from zero is too small by this factor.
    const weight = 1 - (1 - NEWEST) ** steps;
    const shown = `loss ${(losses / weight).toFixed(3)}`;
    if (accuracy === undefined) return { loss: shown };
    accuracies += NEWEST * (accuracy - accuracies);
    return { loss: shown, accuracy: `accuracy ${((100 * accuracies) / weight).toFixed(1)} %` };
  };
}
