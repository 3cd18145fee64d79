import { Presets, SingleBar } from 'cli-progress';
import { formatAccuracy } from '../evaluate';
import type { Logger } from '../trainer';

export type ProgressOptions = {
  /** What is being trained, for example `MAML`. */
  label: string;
  steps: number;
  /** Where to write. Default: standard output. */
  stream?: NodeJS.WriteStream;
};

/** The share of the newest step in the figures shown, which are moving averages. */
const NEWEST = 0.05;
/** Lines in all where the output is no terminal. */
const LINES = 10;

/**
 * Shows how training goes: a live bar with loss and accuracy on a terminal, elsewhere a plain line
 * every tenth of the way. Both figures are moving averages over the last steps.
 */
export function progressLogger({ label, steps, stream = process.stdout }: ProgressOptions): Logger {
  return stream.isTTY ? barLogger(label, steps, stream) : lineLogger(label, steps, stream);
}

function barLogger(label: string, steps: number, stream: NodeJS.WriteStream): Logger {
  const bar = new SingleBar(
    {
      format: `${label}  {bar} {value}/{total}  loss {loss}  accuracy {accuracy} %  {validation}ETA {eta_formatted}`,
      stream,
      hideCursor: true,
      fps: 8,
    },
    Presets.shades_classic,
  );
  const smooth = movingAverages();
  bar.start(steps, 0, { loss: '–', accuracy: '–', validation: '' });
  return {
    step: ({ step, loss, accuracy }) => bar.update(step, smooth(loss, accuracy)),
    evaluation: (_, estimate) =>
      bar.update({ validation: `validation ${formatAccuracy(estimate)} %  ` }),
    close: () => bar.stop(),
  };
}

function lineLogger(label: string, steps: number, stream: NodeJS.WriteStream): Logger {
  const every = Math.max(1, Math.floor(steps / LINES));
  const smooth = movingAverages();
  let validation = '';
  return {
    step({ step, loss, accuracy }) {
      const shown = smooth(loss, accuracy);
      if (step % every !== 0 && step !== steps) return;
      stream.write(
        `${label}  ${step}/${steps}  loss ${shown.loss}  accuracy ${shown.accuracy} %${validation}\n`,
      );
    },
    evaluation(_, estimate) {
      validation = `  validation ${formatAccuracy(estimate)} %`;
    },
  };
}

function movingAverages(): (loss: number, accuracy: number) => { loss: string; accuracy: string } {
  let steps = 0;
  let losses = 0;
  let accuracies = 0;
  return (loss, accuracy) => {
    steps++;
    losses += NEWEST * (loss - losses);
    accuracies += NEWEST * (accuracy - accuracies);
    // An average that starts from zero is too small by this factor.
    const weight = 1 - (1 - NEWEST) ** steps;
    return {
      loss: (losses / weight).toFixed(3),
      accuracy: ((100 * accuracies) / weight).toFixed(1),
    };
  };
}
