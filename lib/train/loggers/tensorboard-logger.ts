import {
  flag,
  type OptionsOf,
  optional,
  readOptions,
  required,
  string,
  withDefault,
} from '../../check';
import { mapTree } from '../../torch';
import type { Logger } from '../callbacks/callback';
import { TensorBoardWriter } from './event-writer';

const OPTIONS = {
  /** Where event files go; TensorBoard shows each folder as a run. */
  folder: required(string),
  /** A text to show with the run, for example its config, as Markdown. */
  text: optional(string),
  /** Show how each parameter's elements are distributed at evaluations. Default: false. */
  histograms: withDefault(flag, false),
};

export type TensorBoardOptions = OptionsOf<typeof OPTIONS>;

/**
 * Writes loss, accuracy and norm of gradients of each step, and evaluations, to event files of TensorBoard. A run
 * that is resumed goes on in a file of its own; steps that it takes once more are shown once.
 *
 * @throws ArgumentTypeError for an option that is unknown or of another kind
 */
export function tensorBoardLogger(options: TensorBoardOptions): Logger {
  const { folder, text, histograms } = readOptions(OPTIONS, options, 'tensorBoardLogger');
  let board: TensorBoardWriter | undefined;
  return {
    start: (_, run) => {
      board = new TensorBoardWriter(folder, run?.step ?? 0);
      if (text !== undefined) board.text('run', text, run?.step ?? 0);
    },
    step: ({ step, loss, accuracy, gradientNorm }) => {
      board?.scalar('train/loss', loss, step);
      if (accuracy !== undefined) board?.scalar('train/accuracy', accuracy, step);
      if (gradientNorm !== undefined) board?.scalar('train/gradientNorm', gradientNorm, step);
    },
    evaluation: (step, { loss, accuracy }, run) => {
      board?.scalar('validation/loss', loss.mean, step);
      if (accuracy) board?.scalar('validation/accuracy', accuracy.mean, step);
      if (!histograms || run === undefined) return;
      mapTree(([tensor], path) => {
        board?.histogram(`parameters/${path}`, tensor, step);
        return tensor;
      }, run.params);
    },
    close: () => board?.close(),
  };
}
